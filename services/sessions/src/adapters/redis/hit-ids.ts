import { hash } from 'node:crypto';

/** Bytes of a hash in the duplicate filter (sessions §12.2). */
const ID_HASH_BYTES = 8;

/** What the duplicate filter keeps of a hit id. */
export const idHash = (id: string): Buffer => hash('sha256', id, 'buffer').subarray(0, ID_HASH_BYTES);

/** Only the canonical text: two texts of one UUID are two ids. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Field of a hit in its client's hash: a UUID as its 16 bytes behind `u`, every other id as text behind `t`, so that none meets another. */
export const idField = (id: string): Buffer => (UUID.test(id) ? Buffer.from(`75${id.replaceAll('-', '')}`, 'hex') : Buffer.from(`t${id}`));

/** The id that a field stands for. */
export const idOfField = (field: Buffer): string => {
  if (field[0] === 't'.charCodeAt(0)) return field.toString('utf8', 1);
  const hex = field.toString('hex', 1);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
