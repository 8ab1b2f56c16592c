import fc from 'fast-check';
import { decodeSegment, encodeSegment, UnreadableSegment } from '../../src/application/compaction/segment.js';

const compactJson = fc.json().map(text => Buffer.from(JSON.stringify(JSON.parse(text))));

describe('a compacted segment (sessions §12.7)', () => {
  test('reads back as the hits that it was made of, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(compactJson, { minLength: 1, maxLength: 20 }), async hits => {
        expect((await decodeSegment(await encodeSegment(hits))).map(String)).toEqual(hits.map(String));
      }),
    );
  });

  test('is much smaller than hits that repeat each other', async () => {
    const hits = Array.from({ length: 200 }, (_unused, index) => Buffer.from(JSON.stringify({ id: index, agent: 'x'.repeat(300) })));
    const raw = hits.reduce((sum, { length }) => sum + length, 0);
    expect((await encodeSegment(hits)).length).toBeLessThan(raw / 4);
  });

  test.each([
    ['empty', Buffer.alloc(0)],
    ['of another codec', Buffer.from([2, 0, 0, 0, 1, 9, 9])],
    ['broken in its data', Buffer.from([1, 0, 0, 0, 1, 9, 9])],
  ])('that is %s is refused', async (_name, segment) => {
    await expect(decodeSegment(segment)).rejects.toThrow(UnreadableSegment);
  });

  test('whose count differs from what it holds is refused', async () => {
    const segment = await encodeSegment([Buffer.from('{}'), Buffer.from('{}')]);
    segment.writeUInt32BE(3, 1);
    await expect(decodeSegment(segment)).rejects.toThrow('count differs');
  });

  test('never throws anything else, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async bytes => {
        await decodeSegment(Buffer.from(bytes)).catch((error: unknown) => expect(error).toBeInstanceOf(UnreadableSegment));
      }),
    );
  });
});
