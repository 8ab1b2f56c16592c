import { createHash } from 'node:crypto';
import { CHUNKS_WAIT_MS_MAX, Publications } from '../../src/application/views/publications.js';
import type { CloseCompleted, SessionChunk } from '../../src/application/views/session-log.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const contentHash = (contents: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(digest(content));
  return hash.digest('hex');
};

const publication = (closeId: string, ...contents: readonly string[]): { chunks: SessionChunk[]; closed: CloseCompleted } => ({
  chunks: contents.map((content, place) => ({
    kind: 'chunk',
    closeId,
    shortHash: contentHash(contents).slice(0, 16),
    place,
    digest: digest(content),
    bytes: 100,
    entries: [],
  })),
  closed: { kind: 'closed', closeId, chunks: contents.length, sessions: 0, contentHash: contentHash(contents) },
});

const at = (sequence: number, timeMs = 0) => ({ sequence, timeMs });

describe('chunks on their way to a publication', () => {
  const withoutMemory = (stored: ReadonlyMap<number, SessionChunk>, bytesMax = 1_000_000) =>
    new Publications({ bytesMax, readAgain: sequence => Promise.resolve(stored.get(sequence)) });

  it('are all there when the last message has come, in their order', async () => {
    const { chunks, closed } = publication('k', 'a', 'b', 'c');
    const publications = withoutMemory(new Map());
    for (const place of [2, 0, 1]) publications.add(chunks[place] as SessionChunk, at(place + 1));
    expect((await publications.take(closed))?.chunks.map(({ place }) => place)).toEqual([0, 1, 2]);
  });

  it('hold the watermark back until their last message has come', async () => {
    const [one, two] = [publication('k', 'a', 'b'), publication('l', 'c')];
    const publications = withoutMemory(new Map());
    publications.add(one.chunks[0] as SessionChunk, at(5));
    publications.add(two.chunks[0] as SessionChunk, at(7));
    publications.add(one.chunks[1] as SessionChunk, at(9));
    expect(publications.waitsFrom).toBe(5);
    await publications.take(one.closed);
    expect(publications.waitsFrom).toBe(7);
    await publications.take(two.closed);
    expect(publications.waitsFrom).toBeUndefined();
  });

  it('wait as before when what was done with them failed', async () => {
    const { chunks, closed } = publication('k', 'a', 'b');
    const publications = withoutMemory(new Map());
    publications.add(chunks[0] as SessionChunk, at(1));
    const before = publications.snapshot();
    publications.add(chunks[1] as SessionChunk, at(2));
    expect(await publications.take(closed)).toBeDefined();
    publications.restore(before);
    expect(publications.waitsFrom).toBe(1);
    publications.add(chunks[1] as SessionChunk, at(2));
    expect(await publications.take(closed)).toBeDefined();
  });

  it('count only with all the others and with the content that was announced', async () => {
    const { chunks, closed } = publication('k', 'a', 'b');
    const publications = withoutMemory(new Map());
    publications.add(chunks[0] as SessionChunk, at(1));
    expect(await publications.take(closed)).toBeUndefined();
    publications.add(chunks[0] as SessionChunk, at(2));
    publications.add({ ...(chunks[1] as SessionChunk), digest: digest('other') }, at(3));
    expect(await publications.take(closed)).toBeUndefined();
    for (const chunk of chunks) publications.add(chunk, at(4));
    expect(await publications.take(closed)).toBeDefined();
  });

  it('are not mixed with those of another content under the same close id', async () => {
    const [one, other] = [publication('k', 'a', 'b'), publication('k', 'a', 'c')];
    const publications = withoutMemory(new Map());
    [...one.chunks.slice(0, 1), ...other.chunks].forEach((chunk, index) => publications.add(chunk, at(index + 1)));
    expect(await publications.take(one.closed)).toBeUndefined();
    expect(await publications.take(other.closed)).toBeDefined();
  });

  it('leave memory beyond a bound, and are read again where they lie', async () => {
    const { chunks, closed } = publication('k', ...'abcdefgh');
    const stored = new Map(chunks.map(chunk => [chunk.place + 1, chunk]));
    const reads: number[] = [];
    const publications = new Publications({
      bytesMax: 300,
      readAgain: sequence => {
        reads.push(sequence);
        return Promise.resolve(stored.get(sequence));
      },
    });
    for (const chunk of chunks) publications.add(chunk, at(chunk.place + 1));
    expect((await publications.take(closed))?.chunks).toEqual(chunks);
    expect(reads).toEqual([1, 2, 3, 4, 5]);
  });

  it('are given up when the newest of them has waited too long, by the time of the stream', () => {
    const { chunks } = publication('k', 'a', 'b');
    const publications = withoutMemory(new Map());
    publications.add(chunks[0] as SessionChunk, at(1, 1_000));
    publications.add(chunks[1] as SessionChunk, at(2, 2_000));
    expect(publications.giveUp(2_000 + CHUNKS_WAIT_MS_MAX)).toBe(0);
    expect(publications.waitsFrom).toBe(1);
    expect(publications.giveUp(2_001 + CHUNKS_WAIT_MS_MAX)).toBe(1);
    expect(publications.waitsFrom).toBeUndefined();
  });
});
