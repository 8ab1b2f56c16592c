import 'reflect-metadata';

const SETTINGS_KEY = Symbol('drawdown:settings');

/** How the text of a variable becomes a value. `parse` answers `undefined` for text that is not of this kind. */
export interface Kind<T> {
  /** For people: `an integer from 1 to 65535`. */
  readonly description: string;
  parse(text: string): T | undefined;
}

export interface SettingOptions<T> {
  /** Name of the environment variable. */
  readonly variable: string;
  readonly kind: Kind<T>;
  /** One sentence: what it is for and what depends on it. */
  readonly meaning: string;
  /** Text used where the variable is unset; without one and without `optional` the variable is required. */
  readonly default?: string;
  /** When the default is wrong in production, say so here. */
  readonly caution?: string;
  /** The property stays `undefined` where the variable is unset. */
  readonly optional?: true;
  /** Its value is never shown, not even a wrong one. */
  readonly secret?: true;
}

export interface Setting extends SettingOptions<unknown> {
  readonly property: string;
}

/** A class whose properties are settings. */
export type ConfigurationClass<T extends object> = new () => T;

const declared = (prototype: object): readonly Setting[] =>
  (Reflect.getMetadata(SETTINGS_KEY, prototype) as readonly Setting[] | undefined) ?? [];

/** Declares that a property is read from an environment variable. Further rules are class-validator decorators beside it. */
export const Setting =
  <T>(options: SettingOptions<T>): PropertyDecorator =>
  (target, property) => {
    Reflect.defineMetadata(SETTINGS_KEY, [...declared(target), { ...options, property: String(property) }], target);
  };

/** The settings of a class and of what it extends, in the order of their declaration. */
export const settingsOf = (type: ConfigurationClass<object>): readonly Setting[] => declared(type.prototype as object);
