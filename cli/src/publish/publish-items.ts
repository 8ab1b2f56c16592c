import { decodePosition, encodePosition, mergePositions } from '@drawdown/eventlog';
import { PUBLISH_LIMITS } from './limits.js';
import type { FileItem } from './open-file.js';
import type { Publisher } from './publisher.js';

/** A line that was not stored. */
export interface LineRefusal {
  readonly line: number;
  readonly reason: string;
  readonly detail: string;
}

/** What became of a file. */
export interface PublishedFile {
  readonly stored: number;
  readonly refused: number;
  /** A read with it as `min_position` sees everything that was stored; empty where nothing was. */
  readonly position: string;
}

/**
 * Publishes every item in order, a bounded number at a time, and tells of each refused line and of progress.
 * What is wrong with one line never stops the others.
 */
export const publishItems = async <Item>(
  items: AsyncIterable<FileItem<Item>>,
  publisher: Publisher<Item>,
  onRefusal: (refusal: LineRefusal) => void,
  onProgress: (stored: number) => void,
): Promise<PublishedFile> => {
  let stored = 0;
  let refused = 0;
  let position = '';
  let waiting: { readonly line: number; readonly item: Item }[] = [];
  const refuse = (refusal: LineRefusal): void => {
    refused += 1;
    onRefusal(refusal);
  };
  const flush = async (): Promise<void> => {
    const sent = waiting;
    waiting = [];
    const answer = await publisher.publish(sent.map(({ item }) => item));
    for (const { index, reason, detail } of answer.refusals) refuse({ line: sent[index]?.line ?? 0, reason, detail });
    stored += sent.length - answer.refusals.length;
    position = merged(position, answer.position);
    onProgress(stored);
  };
  for await (const found of items) {
    if ('item' in found) waiting.push(found);
    else refuse(found);
    if (waiting.length >= PUBLISH_LIMITS.eventsPerCallMax) await flush();
  }
  if (waiting.length > 0) await flush();
  return { stored, refused, position };
};

const merged = (left: string, right: string): string => {
  if (left === '' || right === '') return left + right;
  return encodePosition(mergePositions(decodePosition(left), decodePosition(right)));
};
