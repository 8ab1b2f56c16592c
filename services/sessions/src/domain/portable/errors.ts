import { Fault, Refusal } from '@drawdown/errors';

/** Something that can never be processed: acknowledged and set aside with its reason (sessions §9). */
export class Droppable extends Refusal {
  override readonly name = 'Droppable';
}

/** The task stays in the queue and is handled again; what it did already is not done twice (D8, D12). */
export class Retryable extends Fault {
  override readonly name = 'Retryable';
}

export const isDroppable = (error: unknown): error is Droppable => error instanceof Droppable;

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
