import { Refusal } from '@drawdown/errors';
import type { OperatorFact, Property, SessionAddress } from '../../domain/index.js';
import type { OpenSessions, SessionName } from '../queries/ports.js';
import type { SessionStore } from '../store/session-store.js';
import type { CommandIdentity, CommandPlace } from './ports.js';

/** Commands older than this are refused: by then nobody can tell a repeat from a new one (design §3.11). */
const COMMAND_WINDOW_MS = 900_000;
const CREATED_AHEAD_MS_MAX = 60_000;
/** Given by any replica: what the store does for them is harmless beside an owner. */
const ANY_EPOCH = 0;

/** Records what an operator decides; a repeat answers where it stands. */
export interface OperatorLog {
  record(
    address: SessionAddress,
    fact: OperatorFact,
    command: { readonly id: string; readonly createdAtMs: number },
  ): Promise<{ readonly sequence: number; readonly repeated: boolean }>;
  /** Where the command stands; undefined when it was not recorded. */
  recorded(
    address: SessionAddress,
    fact: OperatorFact,
    command: { readonly id: string; readonly createdAtMs: number },
  ): Promise<number | undefined>;
}

export interface OperatorCommandsOptions {
  readonly log: OperatorLog;
  readonly store: Pick<SessionStore, 'closeNow' | 'unmerge'>;
  readonly open: Pick<OpenSessions, 'named'>;
  readonly clientKeyOf: (property: Property, clientId: string) => string;
  /** Server's time. */
  readonly nowMs: () => number;
  /** Something began to close in a state partition. */
  readonly onClosing: (state: number) => void;
}

/**
 * Decisions about one open session: recorded first, then done in the store (sessions §12.5). A repeat with the same id does what is left to do;
 * what the store did not get before it was lost is done by its rebuild.
 */
export class OperatorCommands {
  constructor(private readonly options: OperatorCommandsOptions) {}

  /** @throws Refusal `NOT_FOUND`, `IDEMPOTENCY_MISMATCH`, `COMMAND_EXPIRED` */
  async end(property: Property, name: SessionName, command: CommandIdentity): Promise<CommandPlace> {
    const { store, onClosing } = this.options;
    const fact = { type: 'ended', lane: name.lane, sessionKey: name.sessionKey, reason: 'operator' } as const;
    const place = await this.#record(property, name, fact, command);
    if ((await store.closeNow(name, name.sessionKey, 'operator', ANY_EPOCH)) !== null) onClosing(name.state);
    return place;
  }

  /** @throws Refusal `NOT_FOUND`, `CLIENT_NOT_JOINED`, `IDEMPOTENCY_MISMATCH`, `COMMAND_EXPIRED` */
  async unmerge(property: Property, name: SessionName, clientId: string, command: CommandIdentity): Promise<CommandPlace> {
    const { store, clientKeyOf } = this.options;
    const clientKey = clientKeyOf(property, clientId);
    const open = await this.options.open.named(property, name);
    if (open !== undefined && !(open.clientKeys.includes(clientKey) && open.clientKeys.length > 1)) {
      throw new Refusal('CLIENT_NOT_JOINED', `client ${clientId} is not one of several clients of this session`, { clientId });
    }
    const fact = { type: 'unmerged', lane: name.lane, sessionKey: name.sessionKey, clientKey, reason: 'operator' } as const;
    const place = await this.#record(property, name, fact, command);
    await store.unmerge(name, name.sessionKey, clientKey, ANY_EPOCH);
    return place;
  }

  async #record(property: Property, name: SessionName, fact: OperatorFact, command: CommandIdentity): Promise<CommandPlace> {
    checkWindow(command, this.options.nowMs());
    const isOpen = (await this.options.open.named(property, name))?.state === 'OPEN';
    const { namespace, propertyId } = property;
    const address = { state: name.state, namespace, propertyId };
    const { log } = this.options;
    // A session that is gone may be gone by this very command: only its record can tell.
    const sequence = isOpen ? (await log.record(address, fact, command)).sequence : await log.recorded(address, fact, command);
    if (sequence === undefined) throw new Refusal('NOT_FOUND', 'no such session is open', { session: name.sessionKey });
    return { partition: name.state, sequence };
  }
}

/** @throws Refusal `COMMAND_EXPIRED` */
export const checkWindow = ({ createdAtMs }: CommandIdentity, nowMs: number): void => {
  if (createdAtMs >= nowMs - COMMAND_WINDOW_MS && createdAtMs <= nowMs + CREATED_AHEAD_MS_MAX) return;
  throw new Refusal('COMMAND_EXPIRED', 'the command was not made within the last 15 minutes', { createdAtMs: String(createdAtMs) });
};
