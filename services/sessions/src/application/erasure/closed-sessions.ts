import { createHash } from 'node:crypto';
import {
  clientKey,
  closedSessionOf,
  decodeClosedSession,
  encodeClosedSession,
  sessionWithoutHits,
  type Hit,
  type Property,
  type ProtoSessionClose,
  type SessionAddress,
  type SessionHeader,
} from '../../domain/index.js';
import type { SessionStore } from '../store/session-store.js';
import type { SessionQueries } from '../views/session-queries.js';
import { lookAgain } from './patience.js';

export interface ClosedSessionsOptions {
  readonly queries: Pick<SessionQueries, 'find' | 'hitsOf'>;
  /** Last message of DRAWDOWN_SESSIONS of a state partition that the documents have. */
  readonly folded: (state: number) => Promise<number>;
  readonly store: Pick<SessionStore, 'closedHeaders' | 'replaceHeader'>;
  readonly log: { publishClose(address: SessionAddress, close: ProtoSessionClose): Promise<{ readonly sequence: number }> };
}

/** Gives sessions that have lost hits their next revision, which says so (sessions §15.11). */
export class ClosedSessions {
  constructor(private readonly options: ClosedSessionsOptions) {}

  /** Sessions that got a revision, of those that may have lost something. The documents must have the erasure and what was written again. */
  async correct(
    property: Property,
    state: number,
    commandId: string,
    sessionIds: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<number> {
    const seen = new Set<string>();
    const waiting = [...sessionIds];
    let corrected = 0;
    for (let sessionId = waiting.pop(); sessionId !== undefined; sessionId = waiting.pop()) {
      if (seen.has(sessionId)) continue;
      seen.add(sessionId);
      const outcome = await this.#correct(property, state, commandId, sessionId, signal);
      if (outcome === 'corrected') corrected += 1;
      // Its hits are somebody else's by now, who has lost them too.
      else if (outcome !== 'whole') waiting.push(outcome.successor);
    }
    return corrected;
  }

  async #correct(
    property: Property,
    state: number,
    commandId: string,
    sessionId: string,
    signal: AbortSignal,
  ): Promise<'whole' | 'corrected' | { readonly successor: string }> {
    const { queries, log } = this.options;
    const { namespace, propertyId } = property;
    for (;;) {
      const image = await queries.find(property, sessionId);
      if (image === undefined) return 'whole';
      const { header } = image;
      if (header.kind === 'superseded') return header.supersededBy === undefined ? 'whole' : { successor: header.supersededBy };
      const { hits } = await queries.hitsOf(image);
      if (hits.length === header.hits) return 'whole';
      const next = sessionWithoutHits(header, hits, property.settings.usageRules, keyOf);
      if (await this.#remember(state, header, next)) {
        const closeId = closeIdOf(commandId, next);
        const { sequence } = await log.publishClose({ state, namespace, propertyId }, { closeId, sessions: [{ header: next, hits: [] }] });
        await this.#folded(state, sequence, signal);
        return 'corrected';
      }
      // A close has decided the next revision already: it is published soon, and this one comes after it.
      await lookAgain(signal);
    }
  }

  /** Whoever amends the session from now on amends this revision. False when the store is ahead of what was read. */
  async #remember(state: number, last: SessionHeader, next: SessionHeader): Promise<boolean> {
    const { store } = this.options;
    const wheel = { state, lane: last.lane };
    const write = next.kind === 'superseded' ? null : encodeClosedSession(closedSessionOf(next));
    const keys = [...new Set([last.sessionKey, ...last.clientKeys, ...next.clientKeys])];
    const read = (await store.closedHeaders(wheel, keys)).headers.get(last.sessionId);
    // Its time for amendments is over, or this was done by a try that broke off.
    if (read === undefined || read === write) return true;
    if (decodeClosedSession(read).revision > last.revision) return false;
    return store.replaceHeader(wheel, last.sessionId, keys, { read, write });
  }

  async #folded(state: number, sequence: number, signal: AbortSignal): Promise<void> {
    while ((await this.options.folded(state)) < sequence) await lookAgain(signal);
  }
}

/** Ids of commands and hits may be any text; this becomes part of headers. */
const closeIdOf = (commandId: string, { namespace, sessionId, revision }: SessionHeader): string =>
  `erased.${createHash('sha256')
    .update(JSON.stringify([commandId, namespace, sessionId, revision]))
    .digest('base64url')}`;

const keyOf = ({ namespace, propertyId, clientId, clientSessionId }: Hit): string =>
  clientKey(namespace, propertyId, clientId, clientSessionId);
