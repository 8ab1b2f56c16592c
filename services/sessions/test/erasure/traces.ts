import { gunzipSync } from 'node:zlib';
import { streamTable, SubjectReader, type StreamKey } from '@drawdown/eventlog';
import type { World } from '../api/world.js';

const STREAMS: readonly StreamKey[] = ['hits', 'sessions', 'deadletters', 'usage'];
const SEGMENT_HEADER_BYTES = 5;

/** Where any of these texts can still be read, in whatever the deployment keeps. */
export const tracesOf = async (world: World, texts: readonly string[]): Promise<readonly string[]> => {
  const holds = (bytes: Buffer): boolean => texts.some(text => bytes.includes(text) || bytes.includes(encodeURIComponent(text)));
  return [...(await inStreams(world, holds)), ...(await inRedis(world, holds)), ...(await inMongo(world, holds))];
};

type Holds = (bytes: Buffer) => boolean;

const inStreams = async (world: World, holds: Holds): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const key of STREAMS) {
    const reader = new SubjectReader(world.manager, key, streamTable(world.prefix)[key].name);
    for await (const { subject, headers, data, sequence } of reader.from('>', 1)) {
      const head = [...headers.keys()].map(name => `${name}: ${headers.get(name) ?? ''}`).join('\n');
      if (holds(Buffer.from(`${subject}\n${head}`)) || holds(unfolded(Buffer.from(data))))
        found.push(`${key} ${String(sequence)} ${subject}`);
    }
  }
  return found;
};

/** Parked sessions hold their pieces in base64. */
const unfolded = (data: Buffer): Buffer =>
  Buffer.concat([
    data,
    ...[...data.toString().matchAll(/"data":"([A-Za-z0-9+/=]{16,})"/g)].map(([, text = '']) => readable(Buffer.from(text, 'base64'))),
  ]);

/** A compacted segment, or what it is. */
const readable = (bytes: Buffer): Buffer => {
  if (bytes[0] !== 1) return bytes;
  return gunzipSync(bytes.subarray(SEGMENT_HEADER_BYTES));
};

const inRedis = async ({ redis, prefix }: World, holds: Holds): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const key of await redis.keys(`${prefix}:*`)) {
    const values = await valuesOf(redis, key);
    if (holds(Buffer.from(key)) || values.some(value => holds(value))) found.push(`redis ${key}`);
  }
  return found;
};

const valuesOf = async (redis: World['redis'], key: string): Promise<readonly Buffer[]> => {
  switch (await redis.type(key)) {
    case 'string':
      return [(await redis.getBuffer(key)) ?? Buffer.alloc(0)];
    case 'hash':
      return Object.entries(await redis.hgetallBuffer(key)).flatMap(([field, value]) => [Buffer.from(field), value]);
    case 'list':
      return (await redis.lrangeBuffer(key, 0, -1)).map(readable);
    case 'set':
      return redis.smembersBuffer(key);
    case 'zset':
      return redis.zrangeBuffer(key, '0', '-1');
    default:
      return [];
  }
};

const inMongo = async ({ db }: World, holds: Holds): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const { name } of await db.listCollections().toArray()) {
    for await (const document of db.collection(name).find({}, { raw: true })) {
      const bytes = document as unknown as Buffer;
      if (holds(bytes)) found.push(`mongodb ${name}`);
    }
  }
  return found;
};
