import { parseExpiration, parseInstant, parseInterval, type Expiration, type InstantMs, type Interval } from '@drawdown/calendar';
import { Refusal } from '@drawdown/errors';
import { parseQuantity, type Quantity } from '@drawdown/quantity';

const refuse = (path: string, what: string): never => {
  throw new Refusal('VALIDATION', `${path} ${what}`, { path });
};

/**
 * An object of a scenario, read field by field. Whatever has not been read when `end` is called is unknown, and refused: a misspelt option
 * must not silently mean its default.
 */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #read = new Set<string>();

  constructor(value: unknown, path = '$') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, 'must be an object');
    this.#values = value as Readonly<Record<string, unknown>>;
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  take(name: string): unknown {
    this.#read.add(name);
    return this.#values[name];
  }

  text(name: string): string {
    const value = this.take(name);
    return typeof value === 'string' ? value : refuse(this.pathOf(name), 'must be a string');
  }

  integer(name: string): number {
    const value = this.take(name);
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(this.pathOf(name), 'must be a whole number');
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.take(name) ?? otherwise;
    return typeof value === 'boolean' ? value : refuse(this.pathOf(name), 'must be true or false');
  }

  instant(name: string): InstantMs {
    return parseInstant(this.text(name));
  }

  instants(name: string): InstantMs[] {
    return this.list(name).map((value, index) =>
      typeof value === 'string' ? parseInstant(value) : refuse(`${this.pathOf(name)}[${index}]`, 'must be an instant'),
    );
  }

  interval(name: string): Interval {
    return parseInterval(this.text(name));
  }

  quantity(name: string): Quantity {
    return parseQuantity(this.text(name));
  }

  expiration(name: string): Expiration {
    return readExpiration(this.object(name));
  }

  object(name: string): Fields {
    return new Fields(this.take(name), this.pathOf(name));
  }

  list(name: string): readonly unknown[] {
    const value = this.take(name);
    return Array.isArray(value) ? (value as readonly unknown[]) : refuse(this.pathOf(name), 'must be a list');
  }

  objects(name: string): Fields[] {
    return this.list(name).map((value, index) => new Fields(value, `${this.pathOf(name)}[${index}]`));
  }

  /** One of the texts allowed. */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.text(name);
    return choices.find(choice => choice === value) ?? refuse(this.pathOf(name), `must be one of ${choices.join(', ')}`);
  }

  /** The value of a field that may be absent. */
  optional<Value>(name: string, read: (name: string) => Value): Value | undefined {
    return this.has(name) ? read(name) : undefined;
  }

  /** Amounts by id. */
  quantities(name: string): Map<string, Quantity> {
    const entries = this.object(name);
    return new Map(entries.names().map(id => [id, entries.quantity(id)]));
  }

  names(): string[] {
    return Object.keys(this.#values);
  }

  pathOf(name: string): string {
    return `${this.#path}.${name}`;
  }

  /** @throws Refusal `VALIDATION` naming a field that nobody read. */
  end(): void {
    for (const name of Object.keys(this.#values)) if (!this.#read.has(name)) refuse(this.pathOf(name), 'is not a known field');
  }
}

const readExpiration = (fields: Fields): Expiration => {
  const expiration = parseExpiration(fields.integer('count'), fields.text('duration'));
  fields.end();
  return expiration;
};

/** Pairs of instant and value. */
export const readUsage = (pairs: readonly unknown[], path: string): (readonly [at: InstantMs, value: string])[] =>
  pairs.map((pair, index) => {
    const [at, value, ...rest] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    if (typeof at !== 'string' || typeof value !== 'string' || rest.length > 0)
      return refuse(`${path}[${index}]`, 'must be [instant, value]');
    return [parseInstant(at), value] as const;
  });
