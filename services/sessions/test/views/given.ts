import type { ProtoSessionClose, SessionAddress, SessionHeader } from '../../src/domain/index.js';

export const ADDRESS: SessionAddress = { state: 7, namespace: 'demo', propertyId: 'shop' };
export const MINUTE_MS = 60_000;
export const START_MS = Date.parse('2026-03-01T10:00:00Z');

/** A hit as the store keeps it; only what matters here. */
export const hitBytes = (id: string, atMs: number, extra: Readonly<Record<string, unknown>> = {}): Uint8Array =>
  Buffer.from(JSON.stringify({ i: id, srt: atMs, ...extra }));

export const header = (sessionId: string, changes: Partial<SessionHeader> = {}): SessionHeader => ({
  sessionId,
  revision: 1,
  kind: 'closed',
  namespace: ADDRESS.namespace,
  propertyId: ADDRESS.propertyId,
  lane: 'live',
  sessionKey: `key-${sessionId}`,
  clientKeys: [`key-${sessionId}`],
  clientId: 'client',
  startedAtMs: START_MS,
  endedAtMs: START_MS + MINUTE_MS,
  hits: 1,
  timeoutMs: 30 * MINUTE_MS,
  settingsVersion: 1,
  closeCause: 'inactivity',
  splitCause: null,
  isLate: false,
  isBot: false,
  joins: [],
  duplicateHits: 0,
  lateHits: 0,
  edges: {
    first: { receivedAtMs: START_MS, requestSeq: 0, id: sessionId },
    last: { receivedAtMs: START_MS + MINUTE_MS, requestSeq: 0, id: sessionId },
    beginsHard: false,
    endsHard: false,
    closedAtMs: START_MS + 31 * MINUTE_MS,
  },
  continues: [],
  usage: [],
  cancels: [],
  ...changes,
});

export const close = (closeId: string, ...sessions: ProtoSessionClose['sessions']): ProtoSessionClose => ({ closeId, sessions });
