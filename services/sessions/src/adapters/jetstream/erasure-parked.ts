import { decodeSegment, encodeSegment } from '../../application/compaction/segment.js';
import { isHitOf, type ErasedPerson } from '../../application/erasure/person.js';
import { decodeHit } from '../../domain/index.js';
import type { Left } from './erasure-envelope.js';
import { mentions } from './erasure-envelope.js';
import type { ParkedChunk } from './parked-sessions.js';

type Piece = ParkedChunk['pieces'][number];

/**
 * A chunk of a parked proto-session without a person's hits. What was decided about it before is decided anew when it is put back, because that
 * counts hits by their places. A piece that cannot be read goes with the client it belongs to; a user's cannot be told.
 */
export const parkedWithout = async (data: Uint8Array, erased: ErasedPerson, clientKeys: ReadonlySet<string>): Promise<Left> => {
  const chunk = JSON.parse(Buffer.from(data).toString()) as ParkedChunk;
  const { namespace, propertyId } = chunk.frozen;
  if (namespace !== erased.namespace || propertyId !== erased.propertyId) return { kind: 'untouched' };
  const isTheirs = (piece: Piece): boolean => erased.person.kind === 'client' && clientKeys.has(piece.clientKey);
  const pieces: Piece[] = [];
  let isTouched = false;
  for (const piece of chunk.pieces) {
    const left = isTheirs(piece) ? undefined : await pieceWithout(piece, erased);
    isTouched ||= left !== piece;
    if (left !== undefined) pieces.push(left);
  }
  const answer =
    chunk.frozen.answer !== null && (isTouched || mentions(Buffer.from(chunk.frozen.answer), erased)) ? null : chunk.frozen.answer;
  if (!isTouched && answer === chunk.frozen.answer) return { kind: 'untouched' };
  return { kind: 'rest', ids: [], data: Buffer.from(JSON.stringify({ ...chunk, frozen: { ...chunk.frozen, answer }, pieces })) };
};

/** The very same where nothing had to go; undefined where nothing stays. */
const pieceWithout = async (piece: Piece, erased: ErasedPerson): Promise<Piece | undefined> => {
  const stored = Buffer.from(piece.data, 'base64');
  if (piece.kind === 'raw') return isErased(stored, erased) ? undefined : piece;
  const all = await decodeSegment(stored).catch(() => undefined);
  const left = all?.filter(encoded => !isErased(encoded, erased));
  if (all === undefined || left === undefined || left.length === all.length) return piece;
  return left.length === 0 ? undefined : { ...piece, data: (await encodeSegment(left)).toString('base64') };
};

const isErased = (encoded: Uint8Array, erased: ErasedPerson): boolean => {
  try {
    return isHitOf(erased, decodeHit(encoded));
  } catch {
    return mentions(encoded, erased);
  }
};
