import { Refusal } from '@drawdown/errors';

/** What cannot be read as a scenario. */
export const scenarioInvalid = (path: string, what: string): Refusal => new Refusal('SCENARIO_INVALID', `${path} ${what}`, { path });

/**
 * An object of a scenario, read member by member; `null` is the same as absent. Whatever has not been read when `end` is called is unknown,
 * and refused: a misspelt option must not silently mean its default.
 */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  constructor(
    value: unknown,
    readonly path = '$',
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw scenarioInvalid(path, 'must be an object');
    this.#values = value as Readonly<Record<string, unknown>>;
  }

  names(): string[] {
    return Object.keys(this.#values);
  }

  /** The value as it is, unchecked; undefined if there is none. */
  raw(name: string): unknown {
    this.#read.add(name);
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  text(name: string): string {
    return this.#checked(name, 'a text', (value): value is string => typeof value === 'string');
  }

  /** A whole number not below `min`. */
  integer(name: string, min = Number.MIN_SAFE_INTEGER): number {
    const what = min === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number, ${min} or more`;
    return this.#checked(name, what, (value): value is number => Number.isSafeInteger(value) && (value as number) >= min);
  }

  positive(name: string): number {
    return this.#checked(name, 'a number above 0', (value): value is number => typeof value === 'number' && value > 0);
  }

  flag(name: string): boolean {
    return this.#checked(name, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    return this.#checked(name, `one of ${choices.join(', ')}`, (value): value is Choice => choices.some(choice => choice === value));
  }

  list(name: string): readonly unknown[] {
    return this.#checked(name, 'a list', (value): value is readonly unknown[] => Array.isArray(value));
  }

  texts(name: string): readonly string[] {
    return this.#checked(
      name,
      'a list of texts',
      (value): value is readonly string[] => Array.isArray(value) && value.every(each => typeof each === 'string'),
    );
  }

  object(name: string): Fields {
    return new Fields(this.raw(name), `${this.path}.${name}`);
  }

  objects(name: string): Fields[] {
    return this.list(name).map((value, index) => new Fields(value, `${this.path}.${name}[${index}]`));
  }

  /** Each member read as an object. */
  entries(): [name: string, entry: Fields][] {
    return this.names().map(name => [name, this.object(name)]);
  }

  /** The value of a member that may be absent. */
  optional<Value>(name: string, read: (name: string) => Value): Value | undefined {
    return this.has(name) ? read(name) : undefined;
  }

  /** The entries of a member that may be absent. */
  entriesOf(name: string): [name: string, entry: Fields][] {
    return this.optional(name, each => this.object(each))?.entries() ?? [];
  }

  /** @throws Refusal `SCENARIO_INVALID` naming a member that nobody read. */
  end(): void {
    for (const name of this.names()) if (!this.#read.has(name)) throw scenarioInvalid(`${this.path}.${name}`, 'is not a known member');
  }

  #checked<Value>(name: string, what: string, is: (value: unknown) => value is Value): Value {
    const value = this.raw(name);
    if (is(value)) return value;
    throw scenarioInvalid(`${this.path}.${name}`, `must be ${what}`);
  }
}
