import { natsHitsPublisher, type OutgoingHit } from '@drawdown/cli';
import { Fault } from '@drawdown/errors';
import type { WebHit } from './hits.js';
import type { WebImport } from './imports.js';

/** Hits that are published together; JetStream confirms them before the next follow. */
const WINDOW_HITS = 1_000;
const SOURCE = '/samples/hits-web';
const EVENT_NAME = 'page_view';

export interface Deployment {
  readonly url: string;
  readonly namespace: string;
  readonly prefix: string;
}

/** Publishes one import and says that it is complete, so that everything closes. */
export const publishImport = async (
  deployment: Deployment,
  { lane, propertyId, hits }: WebImport,
  onProgress: (published: number) => void,
): Promise<void> => {
  const publisher = await natsHitsPublisher({ ...deployment, lane });
  try {
    for (let at = 0; at < hits.length; at += WINDOW_HITS) {
      const window = hits.slice(at, at + WINDOW_HITS);
      const { refusals } = await publisher.publish(window.map(hit => toOutgoing(hit, propertyId)));
      const [refusal] = refusals;
      if (refusal !== undefined) throw new Fault('STORY_REFUSED', `a hit of the sample was refused: ${refusal.reason}: ${refusal.detail}`);
      onProgress(window.length);
    }
    await publisher.completeImport();
  } finally {
    await publisher.close();
  }
};

/** No stamp, no user, no address: a visitor is a client and nothing joins two of them. */
const toOutgoing = ({ id, visitor, time, agent, method, path }: WebHit, propertyId: string): OutgoingHit => ({
  id,
  source: SOURCE,
  propertyId,
  clientId: visitor,
  eventName: EVENT_NAME,
  time,
  texts: { method, path },
  headers: { 'User-Agent': [agent] },
  queryParams: {},
  metadata: {},
});
