import type { SessionAddress, SessionFact } from '../../domain/index.js';
import type { Notice, SessionStore, Wheel } from '../store/session-store.js';

const NOTICES_PER_CALL_MAX = 256;
const MS_PER_SECOND = 1_000;

/** Appends one fact; resolves when it is stored. */
export interface FactLog {
  announce(address: SessionAddress, fact: SessionFact, commandId: string): Promise<number>;
}

export interface AnnouncerOptions {
  readonly state: number;
  readonly tickSeconds: number;
  readonly store: Pick<SessionStore, 'lanes' | 'notices' | 'acknowledgeNotices'>;
  readonly log: FactLog;
}

/**
 * Publishes what the store left to be told: sessions opened, merges, saturated identifiers. A notice goes only after it is stored, so a
 * crash in between tells it twice, with the same message id.
 */
export class Announcer {
  constructor(private readonly options: AnnouncerOptions) {}

  /** Whether there may be more. */
  async turn(): Promise<boolean> {
    const { state, store } = this.options;
    let told = false;
    for (const lane of await store.lanes(state)) told = (await this.#lane({ state, lane })) || told;
    return told;
  }

  async #lane(wheel: Wheel): Promise<boolean> {
    const { store, log } = this.options;
    const notices = await store.notices(wheel, NOTICES_PER_CALL_MAX);
    for (const notice of notices) {
      const { namespace, propertyId, id } = notice;
      await log.announce({ state: wheel.state, namespace, propertyId }, this.#factOf(notice, wheel.lane), id);
    }
    await store.acknowledgeNotices(
      wheel,
      notices.map(({ id }) => id),
    );
    return notices.length > 0;
  }

  #factOf(notice: Notice, lane: string): SessionFact {
    switch (notice.kind) {
      case 'opened': {
        const { sessionKey, firstHitId, startedAtMs, expiresAtBucket } = notice;
        // A session is over when the bucket after its own begins.
        const expiresAtMs = (expiresAtBucket + 1) * this.options.tickSeconds * MS_PER_SECOND;
        return { type: 'opened', lane, sessionKey, firstHitId, startedAtMs, expiresAtMs };
      }
      case 'merged': {
        const { sessionKey, mergedSessionKey, identifierType, identifierHash, atMs } = notice;
        return { type: 'merged', lane, sessionKey, mergedSessionKey, identifierType, identifierHash, atMs };
      }
      case 'saturated': {
        const { identifierType, identifierHash, clients, atMs } = notice;
        return { type: 'identifier-saturated', lane, identifierType, identifierHash, clients, atMs };
      }
    }
  }
}
