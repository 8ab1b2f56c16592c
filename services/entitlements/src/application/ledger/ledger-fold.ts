import type { Account } from '../accounts/account.js';
import type { Accounts } from '../accounts/accounts.js';
import type { EventIds } from '../usage/event-ids.js';
import { commandHash } from './command-ids.js';
import type { LedgerMessage } from './ledger-message.js';

/** What ledger messages have changed in memory and is not stored yet. */
export interface LedgerChanges {
  readonly accounts: Set<Account>;
}

/** The fold of one partition's ledger into its accounts: what another replica recorded, and our own commands once more. */
export class LedgerFold {
  constructor(
    private readonly accounts: Accounts,
    private readonly ids: EventIds,
  ) {}

  async apply({ key, recorded }: LedgerMessage, changes: LedgerChanges): Promise<void> {
    const account = await this.accounts.require(key);
    this.accounts.pin(account);
    account.aggregate.fold(recorded);
    changes.accounts.add(account);
    for (const [index, { commandId }] of recorded.decisions.entries()) {
      this.ids.add(commandHash(key, commandId), { sequence: recorded.sequence, index }, recorded.timeMs);
    }
  }
}
