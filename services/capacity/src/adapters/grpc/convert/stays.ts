import { MemberState, type Member as MemberMessage, type Segment as SegmentMessage } from '@drawdown/proto/capacity';
import type { Segment, Stay, StayState } from '../../../domain/index.js';
import { toApiAmounts } from './amounts.js';
import { wrongField } from './refuse.js';

const STATE_MESSAGES: Readonly<Record<StayState, MemberState>> = {
  held: MemberState.HELD,
  active: MemberState.ACTIVE,
  grace: MemberState.GRACE,
  reclaimed: MemberState.RECLAIMED,
  released: MemberState.RELEASED,
};

const STATES = new Map(Object.entries(STATE_MESSAGES).map(([state, message]) => [message, state as StayState]));

/** @throws Refusal `VALIDATION` */
export const fromApiMemberStates = (messages: readonly MemberState[]): readonly StayState[] =>
  messages.map(message => {
    const state = STATES.get(message);
    if (state === undefined) throw wrongField('states', `must be some of ${[...STATES.values()].join(', ')}`);
    return state;
  });

export const toApiMember = ({ workloadId, state, rates, formulaVersion, nodeId, since, until }: Stay): MemberMessage => ({
  workloadId,
  state: STATE_MESSAGES[state],
  rates: toApiAmounts(rates),
  formulaVersion,
  nodeId: nodeId ?? '',
  since: since ?? 0,
  until: until ?? 0,
  suspended: false,
});

export const toApiSegment = ({ from, to, rates, drained, unfunded }: Segment): SegmentMessage => ({
  from,
  to,
  rates: toApiAmounts(rates),
  drained: toApiAmounts(drained),
  unfunded: toApiAmounts(unfunded),
});
