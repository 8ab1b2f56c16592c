import type { Command } from '@drawdown/eventlog';
import type { CustomerCommand, CustomerEvent } from '../../domain/index.js';
import type { Account, CustomerKey } from '../accounts/account.js';
import { ledgerHeaders } from '../ledger/ledger-message.js';
import type { PartitionOwner } from '../partition/partition-owner.js';

export interface ExecutedCommand {
  /** What the command came to, the first time it was given. */
  readonly events: readonly CustomerEvent[];
  /** Where it is recorded in the ledger stream. */
  readonly sequence: number;
  /** With the command's effect, and everything since. */
  readonly account: Account;
}

/**
 * Decides and records a command of a customer; resolves when it is durable.
 * @throws Refusal of the domain or of the command's id; Fault: the same command may be sent again
 */
export const executeOn = async (owner: PartitionOwner, key: CustomerKey, command: Command<CustomerCommand>): Promise<ExecutedCommand> => {
  const account = await owner.accounts.require(key);
  const { events, sequence } = await account.aggregate.execute({ ...command, headers: { ...command.headers, ...ledgerHeaders(key) } });
  return { events, sequence, account: await owner.accounts.require(key) };
};
