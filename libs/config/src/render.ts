import { type ConfigurationClass, type Setting, settingsOf } from './setting.js';

/** One configuration and what it is called in the page. */
export interface DocumentedConfiguration {
  readonly title: string;
  /** A sentence or two before the table. */
  readonly introduction: string;
  readonly type: ConfigurationClass<object>;
}

/** A pipe would end the cell. */
const cell = (content: string): string => content.replaceAll('|', '\\|');

const defaultOf = (setting: Setting): string => {
  if (setting.default !== undefined) return `\`${setting.default}\``;
  return setting.optional === true ? 'unset' : '**required**';
};

const meaningOf = (setting: Setting): string =>
  [setting.meaning, setting.caution, setting.secret === true ? 'Secret: never shown.' : undefined]
    .filter(part => part !== undefined)
    .join(' ');

const rowOf = (setting: Setting): string =>
  `| \`${setting.variable}\` | ${cell(setting.kind.description)} | ${defaultOf(setting)} | ${cell(meaningOf(setting))} |`;

const sectionOf = ({ title, introduction, type }: DocumentedConfiguration, known: ReadonlySet<string>): string => {
  const rows = settingsOf(type).filter(({ variable }) => !known.has(variable));
  return [`## ${title}`, '', introduction, '', '| Variable | Value | Default | Meaning |', '|---|---|---|---|', ...rows.map(rowOf)].join(
    '\n',
  );
};

/** The page of all configurations; a variable is shown in the first section that has it. */
export const renderConfiguration = (configurations: readonly DocumentedConfiguration[]): string => {
  const known = new Set<string>();
  const sections = configurations.map(configuration => {
    const section = sectionOf(configuration, known);
    for (const { variable } of settingsOf(configuration.type)) known.add(variable);
    return section;
  });
  const introduction = [
    '# Configuration',
    '',
    'Written by `npm run docs:configuration` from the declarations in the code; do not edit. Everything is read from the environment at start.',
    'A process with mistakes in its configuration names all of them and does not start. An empty variable counts as unset.',
  ];
  return `${[introduction.join('\n'), ...sections].join('\n\n')}\n`;
};
