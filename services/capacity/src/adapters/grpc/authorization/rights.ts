import { Refusal } from '@drawdown/errors';
import type { Caller } from '@drawdown/grpc';

/** What a call may be: whoever has one of its roles may make it (capacity §6.2, §15.11). */
export const RIGHTS = {
  /** Look at what there is. */
  read: ['viewer', 'payer', 'deployer', 'operator'],
  /** Spend money and move capacity. */
  pay: ['payer', 'operator'],
  /** Bring workloads up and down. */
  deploy: ['deployer', 'operator'],
  /** Everything else that changes a pool, and the directory. */
  manage: ['operator'],
  /** Say that something happened earlier (capacity §13.1). */
  backdate: ['capacity.backdate'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Right = keyof typeof RIGHTS;

export const hasRight = ({ roles }: Caller, right: Right): boolean => RIGHTS[right].some(role => roles.has(role));

/** The party that a token speaks for: the one whose tid its subject is. */
export const partyOf = ({ subject }: Caller): number | undefined => {
  const tid = /^[1-9]\d{0,15}$/.test(subject) ? Number(subject) : undefined;
  return Number.isSafeInteger(tid) ? tid : undefined;
};

const missing = (right: Right): Refusal =>
  new Refusal('ROLE_MISSING', `the call needs one of the roles ${RIGHTS[right].join(', ')}`, { roles: RIGHTS[right].join(' ') });

/** @throws Refusal `ROLE_MISSING` */
export const requireRight = (caller: Caller, right: Right): void => {
  if (!hasRight(caller, right)) throw missing(right);
};

/**
 * A party may do with what is its own what others need a role for (capacity §6.2).
 * @throws Refusal `ROLE_MISSING`
 */
export const requireRightOrParty = (caller: Caller, right: Right, tid: number): void => {
  if (!hasRight(caller, right) && partyOf(caller) !== tid) throw missing(right);
};

/** The party whose own things are meant by a caller without a role. @throws Refusal `ROLE_MISSING` for one that is no party either */
export const requireParty = (caller: Caller, right: Right): number => {
  const tid = partyOf(caller);
  if (tid === undefined) throw missing(right);
  return tid;
};
