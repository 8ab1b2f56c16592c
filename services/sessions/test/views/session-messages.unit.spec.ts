import { Refusal } from '@drawdown/errors';
import { Subjects, type StoredMessage } from '@drawdown/eventlog';
import * as fc from 'fast-check';
import { decodeSessionMessage } from '../../src/adapters/jetstream/session-decode.js';
import { encodeFact } from '../../src/adapters/jetstream/session-facts.js';
import { contentHashOf, encodeClose } from '../../src/adapters/jetstream/session-messages.js';
import { SESSION_LIMITS, type SessionMessageToPublish } from '../../src/adapters/jetstream/session-wire.js';
import type { SessionChunk } from '../../src/application/views/session-log.js';
import type { SessionFact, SessionHeader } from '../../src/domain/index.js';
import { ADDRESS, close, header, hitBytes, START_MS } from './given.js';

const subjects = new Subjects('drawdown');

const stored = (message: SessionMessageToPublish, sequence = 1): StoredMessage => ({
  stream: 'sessions',
  subject: message.subject,
  sequence,
  timeMs: 0,
  headers: new Map(Object.entries(message.headers)),
  data: message.data,
});

const chunkOf = (message: SessionMessageToPublish): SessionChunk => {
  const decoded = decodeSessionMessage(subjects, stored(message));
  if (!decoded.ok || decoded.value.kind !== 'chunk') throw new Error(JSON.stringify(decoded));
  return decoded.value;
};

const linesOf = (lines: Uint8Array): string[] => (lines.length === 0 ? [] : Buffer.from(lines).toString().split('\n'));

/** Headers and hits that the chunks hold, put together again. */
const reassembled = (chunks: readonly SessionMessageToPublish[]): Map<string, { header?: SessionHeader; hits: string[] }> => {
  const sessions = new Map<string, { header?: SessionHeader; hits: string[] }>();
  for (const entry of chunks.flatMap(message => chunkOf(message).entries)) {
    const { sessionId } = 'header' in entry ? entry.header : entry.of;
    const before = sessions.get(sessionId)?.hits ?? [];
    const known = 'header' in entry ? { header: entry.header } : sessions.get(sessionId);
    sessions.set(sessionId, { ...known, hits: [...before, ...linesOf(entry.lines)] });
  }
  return sessions;
};

describe('messages of a closed proto-session', () => {
  it('come back as they were, however many chunks they take', () => {
    const hit = fc.record({ size: fc.integer({ min: 0, max: 60_000 }), text: fc.string({ unit: 'binary', maxLength: 20 }) });
    fc.assert(
      fc.property(fc.array(fc.array(hit, { maxLength: 15 }), { maxLength: 6 }), sizes => {
        const sessions = sizes.map((hits, session) => ({
          header: header(`s${session}`, { hits: hits.length, userId: 'ü"\n' }),
          hits: hits.map(({ size, text }, index) => hitBytes(`${session}-${index}`, START_MS, { bd: 'x'.repeat(size), text })),
        }));
        const messages = encodeClose(subjects, ADDRESS, close('key.hash', ...sessions));
        const back = reassembled(messages.chunks);
        expect([...back.keys()]).toEqual(sessions.map(session => session.header.sessionId));
        for (const session of sessions) {
          const found = back.get(session.header.sessionId);
          expect(found?.header).toEqual(session.header);
          expect(found?.hits).toEqual(session.hits.map(bytes => Buffer.from(bytes).toString()));
        }
        for (const { data } of messages.chunks) expect(data.length).toBeLessThanOrEqual(SESSION_LIMITS.chunkBytesMax);
      }),
      { numRuns: 40 },
    );
  });

  it('are the same bytes under the same ids, whatever the order of the fields', () => {
    const first = header('s1', { userId: 'ada', joins: [{ clientKey: 'k', identifierType: 'user', atMs: 1 }] });
    const reversed = Object.fromEntries(Object.entries(first).reverse()) as unknown as SessionHeader;
    const hits = [hitBytes('h1', START_MS)];
    const one = encodeClose(subjects, ADDRESS, close('key.hash', { header: first, hits }));
    const other = encodeClose(subjects, ADDRESS, close('key.hash', { header: reversed, hits }));
    expect(other).toEqual(one);
    const changed = encodeClose(subjects, ADDRESS, close('key.hash', { header: { ...first, hits: 2 }, hits }));
    expect(changed.chunks[0]?.messageId).not.toBe(one.chunks[0]?.messageId);
  });

  it('are named by close id, content and place, and end with a small one that says how many there are', () => {
    const { chunks, last, contentHash } = encodeClose(subjects, ADDRESS, close('key.hash', { header: header('s1'), hits: [] }));
    expect(chunks.map(({ messageId }) => messageId)).toEqual([`drawdown.sessions.7.demo.shop|key.hash.${contentHash.slice(0, 16)}#0`]);
    expect(last.messageId).toBe(`drawdown.sessions.7.demo.shop|key.hash.${contentHash.slice(0, 16)}#1`);
    expect(last.headers).toMatchObject({ 'ce-type': 'drawdown.sessions.session.closed.v1', 'ce-specversion': '1.0' });
    expect(decodeSessionMessage(subjects, stored(last))).toEqual({
      ok: true,
      value: { kind: 'closed', closeId: 'key.hash', chunks: 1, sessions: 1, contentHash },
    });
    expect(contentHashOf(chunks.map(message => chunkOf(message).digest))).toBe(contentHash);
  });

  it('are one alone when every session has disappeared', () => {
    const { chunks, last } = encodeClose(subjects, ADDRESS, close('key.hash'));
    expect(chunks).toEqual([]);
    expect(decodeSessionMessage(subjects, stored(last))).toMatchObject({ ok: true, value: { chunks: 0, sessions: 0 } });
  });

  it('refuse what no message can hold', () => {
    const hits = [hitBytes('h1', START_MS, { bd: 'x'.repeat(1_100_000) })];
    const encode = () => encodeClose(subjects, ADDRESS, close('key.hash', { header: header('s1'), hits }));
    expect(encode).toThrow(Refusal);
    expect(encode).toThrow('does not fit into a message');
  });
});

describe('facts beside closed sessions', () => {
  const lane = 'live';
  const identifier = { identifierType: 'stamp', identifierHash: 'abc' };
  const facts: readonly SessionFact[] = [
    { type: 'opened', lane, sessionKey: 'k', firstHitId: 'h', startedAtMs: 1, expiresAtMs: 2 },
    { type: 'merged', lane, sessionKey: 'k', mergedSessionKey: 'l', ...identifier, atMs: -1 },
    { type: 'parked', lane, closeId: 'k.h', sessionKey: 'k', attempts: 10, reason: 'UNREADABLE', detail: 'why' },
    { type: 'erased', clientKeys: ['k'], userKeys: [] },
    { type: 'identifier-saturated', lane, ...identifier, clients: 11, atMs: 5 },
    { type: 'ended', lane, sessionKey: 'k', reason: 'asked' },
    { type: 'unmerged', lane, sessionKey: 'k', clientKey: 'l', reason: '' },
  ];

  it.each(facts.map(fact => [fact.type, fact] as const))('%s comes back as it was', (type, fact) => {
    const message = encodeFact(subjects, ADDRESS, fact, 'command 1');
    expect(message.headers['ce-type']).toBe(`drawdown.sessions.session.${type}.v1`);
    expect(message.messageId).toBe('drawdown.sessions.7.demo.shop|command%201');
    expect(decodeSessionMessage(subjects, stored(message))).toEqual({
      ok: true,
      value: { kind: 'fact', commandId: 'command 1', address: ADDRESS, fact },
    });
  });

  it('say their property whole, also where the subject has a hash of it', () => {
    const address = { ...ADDRESS, propertyId: 'ü'.repeat(64) };
    const decoded = decodeSessionMessage(
      subjects,
      stored(encodeFact(subjects, address, { type: 'erased', clientKeys: [], userKeys: [] }, 'c')),
    );
    expect(decoded).toMatchObject({ ok: true, value: { address } });
  });
});

describe('bytes that nobody wrote', () => {
  const read = (type: string, data: Uint8Array, id = `key.hash.${'0'.repeat(16)}#0`) =>
    decodeSessionMessage(
      subjects,
      stored({ subject: 'drawdown.sessions.7.demo.shop', messageId: '', headers: { 'ce-type': type, 'ce-id': id }, data }),
    );

  it.each([
    ['no JSON', 'chunk', Buffer.from('{'), 'UNPARSABLE'],
    ['no UTF-8', 'closed', Buffer.of(0x22, 0xff, 0x22), 'UNPARSABLE'],
    ['no object', 'closed', Buffer.from('1'), 'EVENT_MALFORMED'],
    ['a field of another kind', 'opened', Buffer.from('{"namespace":1}'), 'EVENT_MALFORMED'],
    [
      'fewer hits than it says',
      'chunk',
      Buffer.from('{"closeId":"key.hash","chunk":0,"sessions":[{"of":{"sessionId":"s","revision":1},"hits":1}]}'),
      'EVENT_MALFORMED',
    ],
  ])('are refused: %s', (_, event, data, reason) => {
    expect(read(`drawdown.sessions.session.${event}.v1`, data)).toMatchObject({ ok: false, reason });
  });

  it('never throw', () => {
    const type = fc.constantFrom('chunk', 'closed', 'opened', 'erased').map(event => `drawdown.sessions.session.${event}.v1`);
    fc.assert(
      fc.property(
        type,
        fc.oneof(
          fc.uint8Array(),
          fc.json().map(text => Buffer.from(text)),
        ),
        (name, data) => {
          expect(typeof read(name, data).ok).toBe('boolean');
        },
      ),
    );
  });

  it('of a later build are passed over', () => {
    expect(read('drawdown.sessions.session.closed.v2', Buffer.from('{}'))).toEqual({
      ok: true,
      value: { kind: 'unknown', type: 'drawdown.sessions.session.closed.v2' },
    });
  });
});
