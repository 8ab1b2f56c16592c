import type { Timestamp } from '@drawdown/proto';
import { InvalidArgumentError, type Command } from 'commander';
import { readInstant, readInteger } from '../arguments.js';
import { withSession, type Session } from '../session.js';
import { readUnitSeconds } from '../../capacity/amounts.js';

/** Numbers of pools, reservations, workloads, parties and farms. */
export const readNumber = readInteger(1, Number.MAX_SAFE_INTEGER);

/** The option may be given again; all its numbers. */
export const readNumbers = (text: string, before: readonly number[] = []): readonly number[] => [...before, readNumber(text)];

const PERCENT_MAX = 100;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `30m`, `12h`, `7d`: seconds. */
export const readSecondsOf = (text: string): number => {
  const [, count, unit = ''] = /^(\d{1,9})(s|m|h|d)$/.exec(text) ?? [];
  const seconds = UNIT_SECONDS[unit];
  if (count === undefined || seconds === undefined) throw new InvalidArgumentError('Seconds, minutes, hours or days: 90s, 30m, 12h, 7d.');
  return Number(count) * seconds;
};

/** `30m`: the largest unit that is exact. */
export const secondsText = (seconds: number): string => {
  const [unit, size] = Object.entries(UNIT_SECONDS)
    .reverse()
    .find(([, length]) => seconds >= length && seconds % length === 0) ?? ['s', 1];
  return `${String(seconds / size)}${unit}`;
};

/** A share: `20%`. */
export const readPercent = (text: string): number => {
  const percent = Number(/^(\d{1,3})%$/.exec(text)?.[1] ?? 0);
  if (percent < 1 || percent > PERCENT_MAX) throw new InvalidArgumentError('A share in whole percent such as 20%.');
  return percent;
};

/** Options that every command on a pool's time has. */
export interface AtOption {
  readonly at?: Timestamp;
}

export const addAtOption = (command: Command): Command =>
  command.option('--at <instant>', 'when it is to have happened (default: now); the token needs the role capacity.backdate', readInstant);

/** `--cu`, `--su` and `--ipv4u` as unit-seconds. */
export const addAmountOptions = (command: Command, read: (text: string) => bigint = readUnitSeconds): Command =>
  command
    .option('--cu <unit-seconds>', 'compute: 3600, or 2x30d for two units over thirty days', read)
    .option('--su <unit-seconds>', 'storage', read)
    .option('--ipv4u <unit-seconds>', 'public IPv4 addresses', read);

/** Runs the work of a command with the capacity service. */
export const withCapacity = (command: Command, work: (session: Session) => Promise<boolean | void>): Promise<void> =>
  withSession(command, work, 'capacity');
