import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { PlatformConfiguration } from './platform-configuration.js';
import { type DocumentedConfiguration, renderConfiguration } from './render.js';

const platform: DocumentedConfiguration = {
  title: 'Every service',
  introduction: 'Settings that all services share.',
  type: PlatformConfiguration,
};

const ofPackage = async (name: string): Promise<readonly DocumentedConfiguration[]> => {
  const { configurations } = (await import(name)) as { configurations?: readonly DocumentedConfiguration[] };
  if (configurations === undefined) throw new Error(`${name} exports no list called configurations`);
  return configurations;
};

/**
 * `document.js --out FILE [--check] [PACKAGE…]`: writes the page of the platform's settings and of those the packages export as
 * `configurations`. With `--check` nothing is written; a page that is out of date ends with exit code 1.
 */
const document = async (): Promise<void> => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' }, check: { type: 'boolean' } } });
  if (values.out === undefined) throw new Error('--out FILE is missing');
  const configurations = [platform, ...(await Promise.all(positionals.map(ofPackage))).flat()];
  const page = renderConfiguration(configurations);
  if (values.check !== true) {
    await writeFile(values.out, page);
    return;
  }
  const current = await readFile(values.out, 'utf8').catch(() => '');
  if (current === page) return;
  console.error(`${values.out} is out of date. Run \`npm run docs:configuration\`.`);
  process.exitCode = 1;
};

await document();
