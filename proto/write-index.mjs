// Second step of `npm run proto:generate`: indexes of explicit exports, and the descriptor set that server reflection answers from.
// Both are derived from what buf and ts-proto wrote, so that `npm run proto:check` finds whatever is out of date.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = import.meta.dirname;
const generated = join(root, 'gen');
const declaration = /^export (?:declare )?(interface|type|const|enum|function|class) (\w+)/gm;
/** Map entries are a detail of the wire format; nobody constructs them. */
const isInternal = name => /_\w+Entry$/.test(name);

const exportsOf = file => {
  const kinds = new Map();
  for (const [, kind, name] of readFileSync(file, 'utf8').matchAll(declaration)) {
    const isValue = kind !== 'interface' && kind !== 'type';
    if (!isInternal(name)) kinds.set(name, isValue || kinds.get(name) === true);
  }
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
};

/** Contexts share names, such as `OperationsService`: each has an index of its own, that of entitlements and what all share is the main one. */
const MAIN = 'entitlements';
const indexOf = name => {
  const context = /^drawdown\/([^/]+)\//.exec(name)?.[1] ?? MAIN;
  return context === MAIN ? 'index' : context;
};

const indexes = new Map();
const files = readdirSync(join(generated, 'ts'), { recursive: true })
  .filter(name => name.endsWith('.ts'))
  .sort();
for (const name of files) {
  const file = join(generated, 'ts', name);
  const specifier = './' + relative(generated, file).replaceAll('\\', '/').replace(/\.ts$/, '.js');
  const names = exportsOf(file).map(([exported, isValue]) => `  ${isValue ? '' : 'type '}${exported},`);
  const index = indexOf(name.replaceAll('\\', '/'));
  indexes.set(index, [...(indexes.get(index) ?? []), 'export {', ...names, `} from '${specifier}';`]);
}
indexes.get('index').push("export { descriptorSet } from './descriptor-set.js';");
for (const [index, lines] of indexes) {
  writeFileSync(join(generated, `${index}.ts`), ['// Written by proto/write-index.mjs from the generated files.', ...lines, ''].join('\n'));
}

const image = execFileSync(
  join(root, '..', 'node_modules', '.bin', 'buf'),
  ['build', '--exclude-source-info', '--as-file-descriptor-set', '-o', '-'],
  {
    cwd: join(root, '..'),
  },
);
const base64 = image.toString('base64').match(/.{1,120}/g) ?? [];
writeFileSync(
  join(generated, 'descriptor-set.ts'),
  [
    '// Written by proto/write-index.mjs.',
    '',
    '/** A serialized `google.protobuf.FileDescriptorSet` of every contract and what it imports. */',
    'export const descriptorSet: Uint8Array = Buffer.from(',
    '  [',
    ...base64.map(line => `    '${line}',`),
    "  ].join(''),",
    "  'base64',",
    ');',
    '',
  ].join('\n'),
);
