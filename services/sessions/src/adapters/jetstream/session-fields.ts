import { Refusal } from '@drawdown/errors';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the fields of a JSON object that came over the wire; what is not as it should be is a refusal `EVENT_MALFORMED` naming the field. */
export class Fields {
  private constructor(
    private readonly object: Readonly<Record<string, unknown>>,
    private readonly path: string,
  ) {}

  static of(value: unknown, path = ''): Fields {
    if (!isObject(value)) throw malformed(path === '' ? 'the data' : path, 'an object');
    return new Fields(value, path);
  }

  has(name: string): boolean {
    return this.object[name] !== undefined;
  }

  text(name: string): string {
    return this.read(name, 'a text', (value): value is string => typeof value === 'string');
  }

  /** Absent stays absent. */
  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  flag(name: string): boolean {
    return this.read(name, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  /** A safe integer, not below `least`. */
  integer(name: string, least = 0): number {
    return this.read(
      name,
      `an integer from ${least}`,
      (value): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= least,
    );
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T {
    return this.read(name, `one of ${values.join(', ')}`, (value): value is T => values.some(candidate => candidate === value));
  }

  texts(name: string): readonly string[] {
    return this.read(
      name,
      'a list of texts',
      (value): value is string[] => Array.isArray(value) && value.every(entry => typeof entry === 'string'),
    );
  }

  child(name: string): Fields {
    return Fields.of(this.object[name], this.pathOf(name));
  }

  list<T>(name: string, read: (entry: Fields) => T): readonly T[] {
    const entries = this.read(name, 'a list', (value): value is unknown[] => Array.isArray(value));
    return entries.map((entry, index) => read(Fields.of(entry, `${this.pathOf(name)}[${index}]`)));
  }

  private read<T>(name: string, what: string, is: (value: unknown) => value is T): T {
    const value = this.object[name];
    if (!is(value)) throw malformed(this.pathOf(name), what);
    return value;
  }

  private pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

const malformed = (field: string, what: string): Refusal =>
  new Refusal('EVENT_MALFORMED', `${field} is not ${what}`, { field }, [{ field, description: `is not ${what}` }]);
