import { Fault } from '@drawdown/errors';
import { componentsOf, decodePosition, type Incarnations, type Position } from '@drawdown/eventlog';

/** Positions in the two streams that customers are folded from (design §3.10, §3.17). */
export class Positions {
  constructor(
    /** By stream; a position of another one is unknown. */
    private readonly incarnations: Incarnations['streams'],
  ) {}

  of(partition: number, usageSequence: number, ledgerSequence: number): Position {
    const reached = { usage: usageSequence, entitlements: ledgerSequence } as const;
    return (['usage', 'entitlements'] as const)
      .filter(stream => reached[stream] > 0)
      .map(stream => ({ stream, incarnation: this.incarnations[stream] ?? '', partition, sequence: reached[stream] }));
  }

  /** @throws Refusal as `componentsOf` */
  decode(minPosition: string): Position {
    return minPosition === '' ? [] : decodePosition(minPosition, this.incarnations);
  }

  /** @throws Refusal `POSITION_UNKNOWN` for one of another incarnation, `VALIDATION` for a text that is no position */
  componentsOf(minPosition: string, partition: number): Position {
    return componentsOf(this.decode(minPosition), partition);
  }
}

export const staleRead = (stream: string, sequence: number): Fault =>
  new Fault('STALE_READ', 'the position is not reached yet', { stream, sequence: String(sequence) });
