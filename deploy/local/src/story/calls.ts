import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

/** One call of a model, as the file has it; its time may be shifted. */
export interface Call {
  /** Line of the file, the titles being line 1. */
  readonly line: number;
  readonly customer: string;
  /** Epoch milliseconds. */
  readonly timeMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

interface Row {
  readonly time: string;
  readonly customer: string;
  readonly input_tokens: string;
  readonly output_tokens: string;
}

const FIRST_LINE = 2;

/** The calls of the sample file, in the order of the file, which is that of time. */
export const readCalls = async (file: string): Promise<readonly Call[]> => {
  const rows: Row[] = parse(await readFile(file), { columns: true });
  return rows.map(({ time, customer, input_tokens: input, output_tokens: output }, index) => ({
    line: index + FIRST_LINE,
    customer,
    timeMs: Date.parse(time),
    inputTokens: Number(input),
    outputTokens: Number(output),
  }));
};

/** The same calls at other times: the last one at `nowMs`, the distances kept. */
export const endingAt = (calls: readonly Call[], nowMs: number): readonly Call[] => {
  const shiftMs = nowMs - Math.max(...calls.map(({ timeMs }) => timeMs));
  return calls.map(call => ({ ...call, timeMs: call.timeMs + shiftMs }));
};

/** What a call uses. */
export const tokensOf = ({ inputTokens, outputTokens }: Call): number => inputTokens + outputTokens;
