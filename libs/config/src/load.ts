import { Fault } from '@drawdown/errors';
import { validateSync } from 'class-validator';

import { type ConfigurationClass, type Setting, settingsOf } from './setting.js';

/** What is wrong with one variable. */
export interface ConfigurationMistake {
  readonly variable: string;
  readonly problem: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown at start with every mistake at once: a fault, because the same start succeeds once the environment is right. */
export class ConfigurationError extends Fault {
  override readonly name = 'ConfigurationError';

  constructor(readonly mistakes: readonly ConfigurationMistake[]) {
    const lines = mistakes.map(({ variable, problem }) => `  ${variable}: ${problem}`);
    super('CONFIGURATION', [`${mistakes.length} mistake${mistakes.length === 1 ? '' : 's'} in the configuration:`, ...lines].join('\n'));
  }
}

const FOUND_CHARACTERS_MAX = 80;

const shown = (setting: Setting, given: string): string =>
  setting.secret === true ? 'a value that is not shown' : JSON.stringify(given.slice(0, FOUND_CHARACTERS_MAX));

const wanted = (setting: Setting): string => `needs ${setting.kind.description} (${setting.meaning})`;

type Read = { readonly value: unknown } | { readonly problem: string };

/** An empty variable counts as unset: that is how shells and orchestrators clear one. */
const read = (setting: Setting, environment: Environment): Read => {
  const given = environment[setting.variable];
  const source = given === undefined || given === '' ? setting.default : given;
  if (source === undefined) return setting.optional === true ? { value: undefined } : { problem: `${wanted(setting)}; it is not set` };
  const value = setting.kind.parse(source);
  return value === undefined ? { problem: `${wanted(setting)}; found ${shown(setting, source)}` } : { value };
};

const furtherMistakes = (configuration: object, settings: readonly Setting[]): ConfigurationMistake[] =>
  validateSync(configuration, { forbidUnknownValues: false, validationError: { target: false, value: false } }).map(error => {
    const setting = settings.find(({ property }) => property === error.property);
    const problem = Object.values(error.constraints ?? {}).join('; ');
    return { variable: setting?.variable ?? error.property, problem: setting === undefined ? problem : `${problem} (${setting.meaning})` };
  });

/**
 * Reads a configuration from the environment. Throws `ConfigurationError` that names, for every wrong variable, the kind of value it
 * needs, what it is for and what was found; secrets are never shown.
 */
export const loadConfiguration = <T extends object>(type: ConfigurationClass<T>, environment: Environment): T => {
  const settings = settingsOf(type);
  const configuration = new type();
  const mistakes: ConfigurationMistake[] = [];
  for (const setting of settings) {
    const result = read(setting, environment);
    if ('problem' in result) mistakes.push({ variable: setting.variable, problem: result.problem });
    else Reflect.set(configuration, setting.property, result.value);
  }
  // Rules over values make no sense while values are missing, but they do for the properties that are there.
  const wrong = new Set(mistakes.map(({ variable }) => variable));
  mistakes.push(...furtherMistakes(configuration, settings).filter(({ variable }) => !wrong.has(variable)));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return Object.freeze(configuration);
};
