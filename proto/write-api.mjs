// `npm run docs:api`: docs/api.md and one page for each further context, from the comments of the contracts, so that the pages cannot say
// anything else than they do. With `--check` nothing is written: exit code 1 when a page is out of date.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Numbers of fields in `google.protobuf.FileDescriptorProto` and its parts: a comment belongs to a path of them. */
const IN_FILE = { message: 4, enumeration: 5, service: 6 };
const IN_MESSAGE = { field: 2 };
const IN_ENUM = { value: 2 };
const IN_SERVICE = { method: 2 };

const image = execFileSync(join(root, 'node_modules/.bin/buf'), ['build', '--as-file-descriptor-set', '-o', '-#format=json'], {
  cwd: root,
  maxBuffer: 64 << 20,
});
const files = JSON.parse(image.toString('utf8'))
  .file.filter(({ package: name }) => name.startsWith('drawdown.'))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
const packages = [...new Set(files.map(file => file.package))];

const shortName = full => full.split('.').at(-1);
/** A page describes every type of its package, and none of another one. */
const typeNamed = full => {
  const name = shortName(full);
  return full.startsWith('.drawdown.') ? `[${name}](#${name.toLowerCase()})` : `\`${full.replace(/^\./, '')}\``;
};
const scalar = type => `\`${type.replace('TYPE_', '').toLowerCase()}\``;
const typeOf = field => (field.typeName === undefined ? scalar(field.type) : typeNamed(field.typeName));

const describe = (field, message) => {
  const entry = (message.nestedType ?? []).find(
    ({ name, options }) => options?.mapEntry && field.typeName?.endsWith(`.${message.name}.${name}`),
  );
  if (entry !== undefined) return `map of ${entry.field.map(typeOf).join(' to ')}`;
  return `${field.label === 'LABEL_REPEATED' ? 'list of ' : ''}${typeOf(field)}`;
};

const choice = (field, message) => {
  if (field.proto3Optional) return ' (may be unset)';
  return field.oneofIndex === undefined ? '' : ` (one of \`${message.oneofDecl[field.oneofIndex].name}\`)`;
};

const commentsOf = file => {
  const byPath = new Map(file.sourceCodeInfo.location.map(({ path = [], leadingComments = '' }) => [path.join('.'), leadingComments]));
  return (...path) => (byPath.get(path.join('.')) ?? '').trim().replace(/\s*\n\s*/g, ' ');
};
const cell = text => text.replaceAll('|', '\\|');
const table = (head, rows) =>
  [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows.map(row => `| ${row.map(cell).join(' | ')} |`)].join('\n');

const methodSection = (method, comment) => {
  const of = (streaming, type) => `${streaming ? 'stream of ' : ''}${typeNamed(type)}`;
  const signature = `${of(method.clientStreaming, method.inputType)} → ${of(method.serverStreaming, method.outputType)}`;
  return [method.name, `${signature}<br>${comment}`];
};

const serviceSection = (service, comment, commentOfMethod) =>
  [
    `## ${service.name}`,
    comment,
    table(
      ['RPC', 'Request → response'],
      service.method.map((method, index) => methodSection(method, commentOfMethod(index))),
    ),
  ].join('\n\n');

const messageSection = (message, comment, commentOfField) => {
  const rows = (message.field ?? []).map((field, index) => [
    `\`${field.name}\``,
    `${describe(field, message)}${choice(field, message)}`,
    commentOfField(index),
  ]);
  return [`### ${message.name}`, comment, ...(rows.length === 0 ? [] : [table(['Field', 'Type', 'Meaning'], rows)])].join('\n\n');
};

const enumSection = (enumeration, comment, commentOfValue) => {
  const rows = enumeration.value.map(({ name, number = 0 }, index) => [`\`${name}\``, String(number), commentOfValue(index)]);
  return [`### ${enumeration.name}`, comment, table(['Value', 'Number', 'Meaning'], rows)].join('\n\n');
};

/** Services first, then messages and enums, each in the order of the file. */
const fileSections = file => {
  const comment = commentsOf(file);
  const each = (list, number, inner, section) =>
    (list ?? []).map((part, index) => section(part, comment(number, index), at => comment(number, index, inner, at)));
  return [
    ...(file.service === undefined ? [`## Shared: ${shortName(file.name.replace(/\.proto$/, '').replaceAll('/', '.'))}`] : []),
    ...each(file.service, IN_FILE.service, IN_SERVICE.method, serviceSection),
    ...each(file.messageType, IN_FILE.message, IN_MESSAGE.field, messageSection),
    ...each(file.enumType, IN_FILE.enumeration, IN_ENUM.value, enumSection),
  ];
};

/** The page that everybody finds first keeps its name. */
const MAIN = 'drawdown.entitlements.v1';
const pageOf = name => (name === MAIN ? 'api.md' : `api-${name.split('.')[1]}.md`);

const others = packages.filter(name => name !== MAIN).map(name => `[\`${name}\`](${pageOf(name)})`);
const introductionOf = name => `# API

Written by \`npm run docs:api\` from the contracts in \`proto/\`; do not edit. Package \`${name}\`, gRPC.${
  name === MAIN && others.length > 0 ? ` Further packages: ${others.join(', ')}.` : ''
}

- Every call carries a token as metadata \`authorization: Bearer <JWT>\`; its namespace is the only one the call sees. Services say which role
  they need beyond that; without such a word any valid token will do.
- Quantities are decimal strings. A call that changes something carries a \`request_id\` (idempotency key) and a \`request_time\`.
- An error has a gRPC code, \`google.rpc.ErrorInfo\` with a stable \`reason\` (in the comments: the names in parentheses), and
  \`google.rpc.BadRequest\` where fields are wrong. Programs look at the reason, people read the message.`;

const textOf = name => {
  const own = files.filter(file => file.package === name);
  const services = own.flatMap(({ service = [] }) => service.map(one => `- [${one.name}](#${one.name.toLowerCase()})`));
  return [introductionOf(name), services.join('\n'), ...own.flatMap(fileSections), ''].join('\n\n').replace(/\n+$/, '\n');
};

const isOutOfDate = (page, text) => !existsSync(page) || readFileSync(page, 'utf8') !== text;

for (const name of packages) {
  const page = join(root, 'docs', pageOf(name));
  const text = textOf(name);
  if (!process.argv.includes('--check')) writeFileSync(page, text);
  else if (isOutOfDate(page, text)) {
    console.error(`docs/${pageOf(name)} is out of date: run \`npm run docs:api\` and commit it.`);
    process.exitCode = 1;
  }
}
