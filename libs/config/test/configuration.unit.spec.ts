import { Validate, ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import fc from 'fast-check';

import {
  address,
  ConfigurationError,
  flag,
  integer,
  loadConfiguration,
  oneOf,
  PlatformConfiguration,
  renderConfiguration,
  Setting,
  settingsOf,
  text,
} from '../src/index.js';

@ValidatorConstraint({ name: 'odd' })
class Odd implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return Number(value) % 2 === 1;
  }
  defaultMessage(): string {
    return 'must be odd';
  }
}

class Base {
  @Setting({ variable: 'APP_URL', kind: address('nats'), meaning: 'where the log is' })
  readonly url!: string;
}

class Sample extends Base {
  @Setting({ variable: 'APP_REPLICAS', kind: integer(1, 5), default: '3', meaning: 'copies' })
  @Validate(Odd)
  readonly replicas!: number;

  @Setting({ variable: 'APP_PASSWORD', kind: address('secret'), secret: true, meaning: 'opens the door' })
  readonly password!: string;

  @Setting({ variable: 'APP_DEBUG', kind: flag, default: 'false', meaning: 'says more', caution: 'Not in production.' })
  readonly debug!: boolean;

  @Setting({ variable: 'APP_MODE', kind: oneOf('a', 'b'), optional: true, meaning: 'which a|b' })
  readonly mode: 'a' | 'b' | undefined;
}

const good = { APP_URL: 'nats://h:1', APP_PASSWORD: 'secret://x' };

const mistakesOf = (environment: Record<string, string>): string => {
  try {
    loadConfiguration(Sample, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('the configuration was expected to be refused');
};

describe('loadConfiguration', () => {
  it('reads values, defaults and what is left out', () => {
    expect({ ...loadConfiguration(Sample, { ...good, APP_DEBUG: 'true', APP_MODE: '' }) }).toEqual({
      url: 'nats://h:1',
      replicas: 3,
      password: 'secret://x',
      debug: true,
      mode: undefined,
    });
  });

  it('names every mistake at once, with kind, meaning and what was found', () => {
    const message = mistakesOf({ APP_REPLICAS: '9', APP_PASSWORD: 'hunter2', APP_DEBUG: 'yes', APP_MODE: 'c' });
    expect(message.split('\n')).toEqual([
      '5 mistakes in the configuration:',
      '  APP_URL: needs an address starting with `nats://` (where the log is); it is not set',
      '  APP_REPLICAS: needs an integer from 1 to 5 (copies); found "9"',
      '  APP_PASSWORD: needs an address starting with `secret://` (opens the door); found a value that is not shown',
      '  APP_DEBUG: needs `true` or `false` (says more); found "yes"',
      '  APP_MODE: needs one of `a`, `b` (which a|b); found "c"',
    ]);
    expect(message).not.toContain('hunter2');
  });

  it('adds what class-validator finds in values that are there', () => {
    expect(mistakesOf({ APP_PASSWORD: 'secret://x', APP_REPLICAS: '4' }).split('\n').slice(1)).toEqual([
      '  APP_URL: needs an address starting with `nats://` (where the log is); it is not set',
      '  APP_REPLICAS: must be odd (copies)',
    ]);
  });

  it('cannot be changed afterwards', () => {
    const configuration = loadConfiguration(Sample, good);
    expect(() => Reflect.defineProperty(configuration, 'url', { value: 'x' }) || fail()).toThrow();
  });

  it('takes exactly the integers of its range', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)), given => {
        const value = integer(-5, 7).parse(given);
        const isInside = /^-?\d+$/.test(given) && given.length < 17 && Number(given) >= -5 && Number(given) <= 7;
        expect(value).toBe(isInside ? Number(given) : undefined);
      }),
    );
    expect(text.parse('')).toBeUndefined();
  });
});

const fail = (): never => {
  throw new TypeError('it was changed');
};

describe('renderConfiguration', () => {
  it('shows every setting once, in the first section that has it', () => {
    const page = renderConfiguration([
      { title: 'Base', introduction: 'All.', type: Base },
      { title: 'Sample', introduction: 'One.', type: Sample },
    ]);
    const rows = page.split('\n').filter(line => line.startsWith('| `'));
    expect(rows).toEqual([
      '| `APP_URL` | an address starting with `nats://` | **required** | where the log is |',
      '| `APP_REPLICAS` | an integer from 1 to 5 | `3` | copies |',
      '| `APP_PASSWORD` | an address starting with `secret://` | **required** | opens the door Secret: never shown. |',
      '| `APP_DEBUG` | `true` or `false` | `false` | says more Not in production. |',
      '| `APP_MODE` | one of `a`, `b` | unset | which a\\|b |',
    ]);
  });
});

describe('PlatformConfiguration', () => {
  it('accepts all of its own defaults', () => {
    const required = { DRAWDOWN_NATS_URL: 'nats://h', DRAWDOWN_MONGODB_URL: 'mongodb://h', DRAWDOWN_JWKS_FILE: 'keys.json' };
    expect(loadConfiguration(PlatformConfiguration, required)).toMatchObject({
      prefix: 'drawdown',
      grpcPort: 50_051,
      environment: 'production',
    });
  });

  it('needs no setting that is not documented, and no two of one name', () => {
    const variables = settingsOf(PlatformConfiguration).map(({ variable }) => variable);
    expect(new Set(variables).size).toBe(variables.length);
  });
});
