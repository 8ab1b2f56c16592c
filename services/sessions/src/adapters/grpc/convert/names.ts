import { PARTITIONS } from '@drawdown/eventlog';
import type { SessionName } from '../../../application/queries/ports.js';
import { givenLane, laneOf } from '../../../domain/index.js';
import { wrongField } from './refuse.js';

/** `<state partition>.<lane>.<session key>`; opaque to clients. */
const NAME = /^(0|[1-9]\d?)\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{22})$/;

export const toApiName = ({ state, lane, sessionKey }: SessionName): string => `${String(state)}.${givenLane(lane)}.${sessionKey}`;

/** Imports are those of the namespace: a name leads into nobody else's. @throws Refusal `VALIDATION` for a text that was never the name of a session */
export const fromApiName = (name: string, namespace: string): SessionName => {
  const [, state, lane, sessionKey] = NAME.exec(name) ?? [];
  if (state === undefined || lane === undefined || sessionKey === undefined || Number(state) >= PARTITIONS) {
    throw wrongField('name', 'is not one that this service has answered');
  }
  return { state: Number(state), lane: laneOf(namespace, lane), sessionKey };
};
