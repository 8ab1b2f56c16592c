/** The aggregate of a counter: the last number given out, 0 at first. Numbers may be lost, never given twice (capacity §5.3). */
export interface Counter {
  readonly last: number;
}

export interface TakeNumber {
  readonly type: 'take';
}

export interface NumberTaken {
  readonly type: 'number-taken';
  readonly number: number;
}

export const NEW_COUNTER: Counter = { last: 0 };

/** Gives out the next number. */
export const decideCounter = (_command: TakeNumber, { last }: Counter): readonly NumberTaken[] => [
  { type: 'number-taken', number: last + 1 },
];

export const evolveCounter = (_counter: Counter, { number }: NumberTaken): Counter => ({ last: number });
