import { parseInstant } from '@drawdown/calendar';
import { encodeBinary } from '@drawdown/cloudevents';
import { Refusal } from '@drawdown/errors';
import { Hit, HitOutcome, HitsServiceService, Platform, type PublishHitsStreamResponse, type Values } from '@drawdown/proto/sessions';
import type { DrawdownClient } from '../client/drawdown-client.js';
import { toTimestamp } from '../client/instants.js';
import { batchesOf } from './batches.js';
import { examine } from './envelopes.js';
import { toHitEvent, type HitValues, type OutgoingHit } from './hit.js';
import type { HitsPublisher, Published } from './publisher.js';

/** Through `PublishHitsStream`, which answers for every hit. */
export const grpcHitsPublisher = (client: DrawdownClient, lane: string): HitsPublisher => ({
  publish: async hits => {
    const { sound, refusals } = examine(hits, toHitMessage);
    if (sound.length === 0) return { refusals, position: '' };
    const refused = new Set(refusals.map(({ index }) => index));
    const indices = hits.map((_, index) => index).filter(index => !refused.has(index));
    const messages = batchesOf(sound, hit => Hit.encode(hit).finish().byteLength).map(batch => ({ hits: batch, lane }));
    const { results, position } = await client.upload(HitsServiceService.publishHitsStream, messages);
    const all = [...refusals, ...refusalsOf(results, indices)].sort((left, right) => left.index - right.index);
    return { refusals: all, position };
  },
  completeImport: async () => (await client.call(HitsServiceService.completeImport, { lane })).position,
  close: async () => client.close(),
});

const refusalsOf = (results: PublishHitsStreamResponse['results'], indices: readonly number[]): Published['refusals'] =>
  results.flatMap((result, place) => {
    if (result.outcome !== HitOutcome.REFUSED) return [];
    const { reason = 'REFUSED', message = '', field = '' } = result.error ?? {};
    return [{ index: indices[place] ?? place, reason, detail: field === '' ? message : `${field}: ${message}` }];
  });

const PLATFORMS: Readonly<Record<string, Platform>> = {
  web: Platform.WEB,
  app_foreground: Platform.APP_FOREGROUND,
  app_background: Platform.APP_BACKGROUND,
  tv: Platform.TV,
};

/** @throws Refusal, UnencodableEvent: what cannot be said in the API's own types would otherwise fail the whole call */
const toHitMessage = (hit: OutgoingHit): Hit => {
  encodeBinary(toHitEvent(hit));
  const { texts } = hit;
  return {
    id: hit.id,
    propertyId: hit.propertyId,
    clientId: hit.clientId,
    userId: texts.userId ?? '',
    eventName: hit.eventName,
    sessionStamp: texts.sessionStamp ?? '',
    clientSessionId: texts.sessionId ?? '',
    platform: platformOf(texts.platform),
    receivedTime: hit.time === undefined ? undefined : toTimestamp(parseInstant(hit.time)),
    requestSeq: hit.requestSeq ?? 0,
    ip: texts.ip ?? '',
    host: texts.host ?? '',
    path: texts.path ?? '',
    method: texts.method ?? '',
    queryParams: valuesOf(hit.queryParams),
    headers: valuesOf(hit.headers),
    body: Buffer.from(hit.body ?? '', 'base64'),
    metadata: { ...hit.metadata },
  };
};

const platformOf = (text: string | undefined): Platform => {
  if (text === undefined) return Platform.UNSPECIFIED;
  const platform = Object.hasOwn(PLATFORMS, text) ? PLATFORMS[text] : undefined;
  if (platform === undefined) throw new Refusal('HIT_INVALID', `platform ${text} is none of ${Object.keys(PLATFORMS).join(', ')}`);
  return platform;
};

const valuesOf = (lists: HitValues): Record<string, Values> =>
  Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, { values: [...values] }]));
