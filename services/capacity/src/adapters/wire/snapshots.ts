import { createHash } from 'node:crypto';
import type { Json } from '@drawdown/eventlog';
import type { Kind, StateOf } from '../../application/aggregates/kinds.js';
import type { Codec, Shape } from './codec.js';
import { farmState, nodeState, partyState } from './states/directory.js';
import { poolState } from './states/pool.js';
import { reservationState } from './states/reservation.js';
import { counterState, nonceState } from './states/small.js';

type Present<K extends Kind> = NonNullable<StateOf<K>>;

const STATES: { readonly [K in Kind]: Codec<Present<K>> } = {
  pool: poolState,
  reservation: reservationState,
  nonce: nonceState,
  counter: counterState,
  party: partyState,
  node: nodeState,
  farm: farmState,
};

/**
 * To be raised where a fold of the same events comes to another state of the same shape: snapshots of before are then passed over. A change of
 * shape is noticed by itself.
 */
const REVISION = 1;

const FORMAT_LENGTH = 16;

const formatOf = (shape: Shape): string =>
  createHash('sha256')
    .update(JSON.stringify([REVISION, shape]))
    .digest('base64url')
    .slice(0, FORMAT_LENGTH);

/** How the state of one kind of aggregate is written and read (design §3.12). */
export interface SnapshotCodec<S> {
  readonly shape: Shape;
  /** Names the form that is written; text of another format is not read. */
  readonly format: string;
  /** The same state always gives the same text. */
  readonly write: (state: S) => string;
  /** @throws Error for text that `write` of this format does not give */
  readonly read: (written: string) => S;
}

const snapshotCodec = <S>({ shape, write, read }: Codec<S>): SnapshotCodec<S> => ({
  shape,
  format: formatOf(shape),
  write: state => JSON.stringify(write(state)),
  read: written => read(JSON.parse(written) as Json),
});

const SNAPSHOTS: { readonly [K in Kind]: SnapshotCodec<Present<K>> } = {
  pool: snapshotCodec(STATES.pool),
  reservation: snapshotCodec(STATES.reservation),
  nonce: snapshotCodec(STATES.nonce),
  counter: snapshotCodec(STATES.counter),
  party: snapshotCodec(STATES.party),
  node: snapshotCodec(STATES.node),
  farm: snapshotCodec(STATES.farm),
};

export const snapshotCodecOf = <K extends Kind>(kind: K): SnapshotCodec<Present<K>> => SNAPSHOTS[kind];
