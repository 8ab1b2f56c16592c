import { isRefusal } from '@drawdown/errors';
import {
  decideProperty,
  evolveProperty,
  NO_PROPERTY,
  type GivenSettings,
  type PropertyCommand,
  type PropertyEvent,
  type PropertySettings,
  type PropertyState,
  type ServiceBounds,
} from '../../src/domain/index.js';

export const BOUNDS: ServiceBounds = { tickMs: 1_000, duplicateRetentionMs: 7_200_000 };

export const create = (settings: GivenSettings = {}, bounds = BOUNDS): PropertyCommand => ({
  type: 'create-property',
  propertyId: 'shop',
  settings,
  bounds,
});

export const change = (
  settings: GivenSettings,
  fields: readonly (keyof PropertySettings)[] = [],
  expectedVersion = 0,
): PropertyCommand => ({
  type: 'change-settings',
  propertyId: 'shop',
  settings,
  fields,
  expectedVersion,
  bounds: BOUNDS,
});

const AT_MS = 1_735_689_600_000;

const evolveAll = (state: PropertyState, events: readonly PropertyEvent[]): PropertyState =>
  events.reduce((before, event) => evolveProperty(before, event, AT_MS), state);

interface Refused {
  readonly reason: string;
  readonly fields: readonly string[];
}

const refusalOf = (work: () => unknown): Refused | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { reason: error.reason, fields: error.violations.map(({ field }) => field) };
  }
};

/** Reads as a sentence: these commands were executed, this one comes, that is what it comes to. */
export const given = (...commands: readonly PropertyCommand[]) => {
  const state = commands.reduce((before, command) => evolveAll(before, decideProperty(command, before)), NO_PROPERTY);
  return {
    when: (command: PropertyCommand) => ({
      then: (check: (after: PropertyState, events: readonly PropertyEvent[]) => void): void => {
        const events = decideProperty(command, state);
        check(evolveAll(state, events), events);
      },
      thenRefuses: (reason: string, field?: string): void => {
        const refused = refusalOf(() => decideProperty(command, state));
        expect(refused?.reason).toBe(reason);
        if (field !== undefined) expect(refused?.fields).toEqual([field]);
      },
    }),
  };
};
