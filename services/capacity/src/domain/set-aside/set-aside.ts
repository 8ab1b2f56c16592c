/** A message that breaks our own code is passed over only because an operator's event says so (design §4.10). */
export interface MessageSetAside {
  readonly type: 'message-set-aside';
  /** In the capacity stream. */
  readonly sequence: number;
  readonly reason: string;
}

/** From the next rebuild on the message counts again, in its place. */
export interface MessageTakenBack {
  readonly type: 'message-taken-back';
  readonly sequence: number;
}

export type SetAsideEvent = MessageSetAside | MessageTakenBack;

export type SetAsideCommand =
  | { readonly type: 'set-aside'; readonly sequence: number; readonly reason: string }
  | { readonly type: 'take-back'; readonly sequence: number };

/** Sequences of the messages that every fold passes over. */
export type SetAside = ReadonlySet<number>;

export const NOTHING_SET_ASIDE: SetAside = new Set();

/** What is so already changes nothing. */
export const decideSetAside = (command: SetAsideCommand, state: SetAside): readonly SetAsideEvent[] => {
  const { sequence } = command;
  const isAside = state.has(sequence);
  if (command.type === 'set-aside') return isAside ? [] : [{ type: 'message-set-aside', sequence, reason: command.reason }];
  return isAside ? [{ type: 'message-taken-back', sequence }] : [];
};

export const evolveSetAside = (state: SetAside, { type, sequence }: SetAsideEvent): SetAside => {
  const next = new Set(state);
  if (type === 'message-set-aside') next.add(sequence);
  else next.delete(sequence);
  return next;
};
