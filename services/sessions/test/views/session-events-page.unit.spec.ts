import { readFileSync } from 'node:fs';
import { Subjects, type StoredMessage } from '@drawdown/eventlog';
import { decodeSessionMessage } from '../../src/adapters/jetstream/session-decode.js';
import { encodeFact, sessionFacts } from '../../src/adapters/jetstream/session-facts.js';
import { encodeClose } from '../../src/adapters/jetstream/session-messages.js';
import { CHUNK_TYPE, CLOSED_TYPE } from '../../src/adapters/jetstream/session-wire.js';
import type { SessionLogEntry } from '../../src/application/views/session-log.js';
import { lateWindowMsNeeded } from '../../src/application/usage-feed/late-window.js';

const page = readFileSync(new URL('../../../../docs/session-events.md', import.meta.url), 'utf8');
const subjects = new Subjects('drawdown');
const DAY_MS = 86_400_000;

/** Type → example, as the page shows it. */
const examples = new Map(
  [...page.matchAll(/^### (?<type>drawdown\.\S+)$.*?```(?:json|jsonl)\n(?<text>.*?)\n```/gms)].map(({ groups }) => [
    groups?.['type'] ?? '',
    groups?.['text'] ?? '',
  ]),
);

const textOf = (type: string): string => {
  const text = examples.get(type);
  if (text === undefined) throw new Error(`no example of ${type}`);
  return text;
};

const read = (type: string, id = 'id'): SessionLogEntry => {
  const message: StoredMessage = {
    stream: 'sessions',
    subject: subjects.sessions(7, 'demo', 'shop'),
    sequence: 1,
    timeMs: 0,
    headers: new Map([
      ['ce-type', type],
      ['ce-id', id],
    ]),
    data: Buffer.from(textOf(type)),
  };
  const decoded = decodeSessionMessage(subjects, message);
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.value;
};

describe('docs/session-events.md', () => {
  it('shows every type', () => {
    const facts = ['opened', 'merged', 'parked', 'erased', 'identifier-saturated', 'ended', 'unmerged'];
    const types = [CHUNK_TYPE, CLOSED_TYPE, ...facts.map(fact => `${sessionFacts.aggregateType}.${fact}.v1`)];
    expect([...examples.keys()].sort()).toEqual(types.sort());
  });

  it.each([...examples.keys()].filter(type => type !== CHUNK_TYPE && type !== CLOSED_TYPE))('shows %s as it is written', type => {
    const entry = read(type);
    if (entry.kind !== 'fact') throw new Error(entry.kind);
    const { headers, data } = encodeFact(subjects, entry.address, entry.fact, 'id');
    expect(headers['ce-type']).toBe(type);
    expect(JSON.parse(Buffer.from(data).toString())).toEqual(JSON.parse(textOf(type)));
  });

  it('shows a chunk as it is written', () => {
    const entry = read(CHUNK_TYPE, `AY3fJ0vPq2mXk1Wc9uTzLg.5Qv1.${'0'.repeat(16)}#0`);
    if (entry.kind !== 'chunk') throw new Error(entry.kind);
    const [of] = entry.entries;
    if (of === undefined || !('header' in of)) throw new Error('no header');
    const close = { closeId: entry.closeId, sessions: [{ header: of.header, hits: [of.lines] }] };
    const { chunks } = encodeClose(subjects, { state: 7, namespace: 'demo', propertyId: 'shop' }, close);
    expect(chunks.map(({ data }) => Buffer.from(data).toString())).toEqual([textOf(CHUNK_TYPE)]);
  });

  it('shows the last message', () => {
    expect(read(CLOSED_TYPE)).toEqual({ kind: 'closed', ...(JSON.parse(textOf(CLOSED_TYPE)) as object) });
  });

  it('says which late window is enough', () => {
    const amendMs = 7_200_000;
    expect(lateWindowMsNeeded({ timeoutMs: 1_800_000, amendMs })).toBe(DAY_MS + 1_800_000 + amendMs);
    expect(lateWindowMsNeeded({ timeoutMs: 5 * DAY_MS, amendMs })).toBeLessThanOrEqual(7 * DAY_MS);
  });
});
