import {
  HitsServiceService as Hits,
  OperationsServiceService as Operations,
  SessionsServiceService as Sessions,
  SessionState,
  type DeadLetter,
  type GetSessionResponse,
  type Hit,
  type ListSessionsRequest,
  type PropertySettings,
  type Session,
} from '@drawdown/proto/sessions';
import type { Client } from './client.js';
import { eventually } from './eventually.js';
import { createProperty } from './given.js';

const DEAD_LETTERS_PER_PAGE = 1_000;

/** What tests ask a replica again and again. */
export class Calls {
  constructor(readonly client: Client) {}

  async property(given: Partial<PropertySettings> = {}): Promise<string> {
    return (await createProperty(this.client, given)).propertyId;
  }

  /** All are taken; the position of the last. */
  async publish(hits: readonly Hit[], lane = ''): Promise<string> {
    const { results, position } = await this.client.call(Hits.publishHits, { hits: [...hits], lane });
    expect(results.map(({ error }) => error)).toEqual(hits.map(() => undefined));
    return position;
  }

  async list(propertyId: string, given: Partial<ListSessionsRequest> = {}): Promise<readonly Session[]> {
    const none = { clientId: '', userId: '', startTime: undefined, endTime: undefined, states: [], lane: '', replay: '', pageToken: '' };
    const request = { propertyId, ...none, pageSize: 0, minPosition: '', ...given };
    return (await this.client.call(Sessions.listSessions, request)).sessions;
  }

  get(propertyId: string, sessionId: string): Promise<GetSessionResponse> {
    const key = { $case: 'sessionId' as const, value: sessionId };
    return this.client.call(Sessions.getSession, { propertyId, key, pageSize: 0, pageToken: '', replay: '', minPosition: '' });
  }

  /** Once so many sessions of the property are closed and none is open any more; the first to begin comes first. */
  closed(propertyId: string, count: number): Promise<readonly Session[]> {
    return eventually(`${String(count)} sessions of ${propertyId} are closed`, async () => {
      const sessions = [...(await this.list(propertyId))].reverse();
      expect(sessions.map(({ state }) => state)).toEqual(Array.from({ length: count }, () => SessionState.CLOSED));
      return sessions;
    });
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    return (await this.client.call(Operations.listDeadLetters, { pageSize: DEAD_LETTERS_PER_PAGE, pageToken: '' })).deadLetters;
  }
}
