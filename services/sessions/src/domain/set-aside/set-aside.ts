/** A message that breaks our own code is passed over only because an operator's event says so (design §4.10). */
export type SetAsideEvent =
  | { readonly type: 'message-set-aside'; readonly stream: string; readonly sequence: number; readonly reason: string }
  | { readonly type: 'message-taken-back'; readonly stream: string; readonly sequence: number };

export type SetAsideCommand =
  | { readonly kind: 'set-aside'; readonly stream: string; readonly sequence: number; readonly reason: string }
  | { readonly kind: 'take-back'; readonly stream: string; readonly sequence: number };

/** `<stream>/<sequence>` of the messages that every fold passes over. */
export type SetAsideState = ReadonlySet<string>;

export const NOTHING_SET_ASIDE: SetAsideState = new Set();

export const setAsideKey = (stream: string, sequence: number): string => `${stream}/${sequence}`;

/** What is so already is decided without an event. */
export const decideSetAside = (command: SetAsideCommand, state: SetAsideState): readonly SetAsideEvent[] => {
  const isAside = state.has(setAsideKey(command.stream, command.sequence));
  const { stream, sequence } = command;
  if (command.kind === 'set-aside') return isAside ? [] : [{ type: 'message-set-aside', stream, sequence, reason: command.reason }];
  return isAside ? [{ type: 'message-taken-back', stream, sequence }] : [];
};

export const evolveSetAside = (state: SetAsideState, event: SetAsideEvent): SetAsideState => {
  const next = new Set(state);
  if (event.type === 'message-set-aside') next.add(setAsideKey(event.stream, event.sequence));
  else next.delete(setAsideKey(event.stream, event.sequence));
  return next;
};
