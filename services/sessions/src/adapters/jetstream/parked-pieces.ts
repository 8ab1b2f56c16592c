import { decodeSegment, encodeSegment } from '../../application/compaction/segment.js';
import { decodeHit } from '../../domain/index.js';

/** One stored piece of a parked proto-session: a hit, or a segment of compacted ones. */
export interface ParkedPiece {
  readonly clientKey: string;
  readonly kind: 'raw' | 'segment';
  /** Base64: what does not decode is kept as it lies. */
  readonly data: string;
}

export interface ReadablePieces {
  readonly pieces: readonly ParkedPiece[];
  /** Segments, and hits of others, that are not among them. */
  readonly unreadable: number;
}

/** What can be read of the pieces: of a segment with broken hits in it, the rest. */
export const readablePieces = async (pieces: readonly ParkedPiece[]): Promise<ReadablePieces> => {
  const readable: ParkedPiece[] = [];
  let unreadable = 0;
  for (const piece of pieces) {
    const hits = await hitsOfPiece(piece).catch(() => null);
    const sound = hits?.filter(isReadable) ?? [];
    unreadable += hits === null ? 1 : hits.length - sound.length;
    if (hits !== null && sound.length === hits.length) readable.push(piece);
    else if (sound.length > 0) readable.push({ ...piece, data: (await encodeSegment(sound)).toString('base64') });
  }
  return { pieces: readable, unreadable };
};

/** Encoded; rejects for a segment that cannot be read. */
export const hitsOfPiece = async ({ kind, data }: ParkedPiece): Promise<readonly Buffer[]> => {
  const stored = Buffer.from(data, 'base64');
  return kind === 'raw' ? [stored] : decodeSegment(stored);
};

const isReadable = (encoded: Buffer): boolean => {
  try {
    decodeHit(encoded);
    return true;
  } catch {
    return false;
  }
};
