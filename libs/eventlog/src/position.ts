import { Refusal } from '@drawdown/errors';
import { LIMITS } from './limits.js';
import { STREAM_KEYS, type StreamKey } from './streams.js';
import { PARTITIONS } from './tokens.js';

/** Stands for the partition of what lies in none and is read whole by every replica: the catalogue. */
export const UNPARTITIONED = PARTITIONS;

/** How far one partition of one stream, in one incarnation of it, is meant (design §3.10, §3.17). */
export interface PositionComponent {
  readonly stream: StreamKey;
  /** ULID of the stream's incarnation. */
  readonly incarnation: string;
  readonly partition: number;
  readonly sequence: number;
}

/** At most one component for each stream and partition. */
export type Position = readonly PositionComponent[];

const VERSION = 'p1';

/** A position never changes, and a quiet partition answers every question with the same one. */
const encoded = new WeakMap<Position, string>();

/** An opaque token, safe in headers and URLs. */
export const encodePosition = (position: Position): string => {
  const known = encoded.get(position);
  if (known !== undefined) return known;
  const rows = position.map(({ stream, incarnation, partition, sequence }) => [stream, incarnation, partition, sequence]);
  const token = `${VERSION}.${Buffer.from(JSON.stringify(rows)).toString('base64url')}`;
  encoded.set(position, token);
  return token;
};

/**
 * Reads a token back.
 * @throws Refusal `VALIDATION` if it is none of ours; `POSITION_UNKNOWN` if `incarnations` names another incarnation of one of its
 * streams: its numbers mean nothing after a restore.
 */
export const decodePosition = (token: string, incarnations: Partial<Record<StreamKey, string>> = {}): Position => {
  const position = mergePositions(parse(token));
  for (const { stream, incarnation } of position) {
    const current = incarnations[stream];
    if (current !== undefined && current !== incarnation) {
      throw new Refusal('POSITION_UNKNOWN', `the position belongs to another incarnation of ${stream}`, { stream, incarnation, current });
    }
  }
  return position;
};

/** The larger of each component; of two incarnations the later one counts. */
export const mergePositions = (...positions: readonly Position[]): Position => {
  const merged = new Map<string, PositionComponent>();
  for (const component of positions.flat()) {
    const key = `${component.stream}/${component.partition}`;
    const present = merged.get(key);
    if (present === undefined || isLater(component, present)) merged.set(key, component);
  }
  return [...merged.values()];
};

/** What a reader of this partition has to wait for; other partitions are never waited for. */
export const componentsOf = (position: Position, partition: number): Position =>
  position.filter(component => component.partition === partition);

const isLater = (left: PositionComponent, right: PositionComponent): boolean =>
  left.incarnation === right.incarnation ? left.sequence > right.sequence : left.incarnation > right.incarnation;

const parse = (token: string): Position => {
  const [version, body, ...rest] = token.split('.');
  if (version !== VERSION || body === undefined || rest.length > 0 || token.length > LIMITS.positionCharsMax) throw malformed();
  try {
    const rows: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
    if (!Array.isArray(rows)) throw malformed();
    return rows.map(component);
  } catch (error) {
    throw error instanceof Refusal ? error : malformed(error);
  }
};

const component = (row: unknown): PositionComponent => {
  const [stream, incarnation, partition, sequence] = Array.isArray(row) && row.length === 4 ? (row as unknown[]) : [];
  const key = STREAM_KEYS.find(candidate => candidate === stream);
  if (key === undefined || typeof incarnation !== 'string' || !/^[0-9A-Z]{26}$/.test(incarnation)) throw malformed();
  if (typeof partition !== 'number' || !Number.isInteger(partition) || partition < 0 || partition > UNPARTITIONED) throw malformed();
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 0) throw malformed();
  return { stream: key, incarnation, partition, sequence };
};

const malformed = (cause?: unknown): Refusal =>
  new Refusal(
    'VALIDATION',
    'min_position is not a position',
    { field: 'min_position' },
    [{ field: 'min_position', description: 'is not a position that this service has answered' }],
    { cause },
  );
