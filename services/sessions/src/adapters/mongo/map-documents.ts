import { percentEncode } from '@drawdown/eventlog';
import { Binary } from 'mongodb';
import type { Erasure } from '../../application/views/erasure.js';
import type { HitsImage, SessionImage } from '../../application/views/session-images.js';
import type { ErasureDocument, HitsDocument, ProbeDocument, SessionDocument } from './documents.js';

/** The id of a session comes last: it is the only part that may hold any character. */
export const sessionDocumentId = (namespace: string, propertyId: string, sessionId: string): string =>
  `${percentEncode(namespace)}/${percentEncode(propertyId)}/${sessionId}`;

/** Of all documents of a property: `0` follows `/`, and no name holds one. */
export const documentIdsOf = (namespace: string, propertyId: string): { readonly $gte: string; readonly $lt: string } => {
  const place = `${percentEncode(namespace)}/${percentEncode(propertyId)}`;
  return { $gte: `${place}/`, $lt: `${place}0` };
};

export const hitsDocumentId = ({
  namespace,
  propertyId,
  sessionId,
  revision,
  part,
}: Pick<HitsImage, 'namespace' | 'propertyId' | 'sessionId' | 'revision' | 'part'>): string =>
  `${percentEncode(namespace)}/${percentEncode(propertyId)}/${revision}/${part}/${sessionId}`;

export const toDbSession = (partition: number, { header, closeId, sequence, closedAtMs }: SessionImage): SessionDocument => ({
  _id: sessionDocumentId(header.namespace, header.propertyId, header.sessionId),
  partition,
  namespace: header.namespace,
  propertyId: header.propertyId,
  lane: header.lane,
  revision: header.revision,
  sequence,
  isSuperseded: header.kind === 'superseded',
  startedAtMs: header.startedAtMs,
  clientKeys: header.clientKeys,
  userId: header.userId ?? '',
  closeId,
  closedAtMs,
  header,
});

export const fromDbSession = ({ header, closeId, sequence, closedAtMs }: SessionDocument): SessionImage => ({
  header,
  closeId,
  sequence,
  closedAtMs,
});

export const toDbHits = (partition: number, image: HitsImage): HitsDocument => ({
  _id: hitsDocumentId(image),
  partition,
  namespace: image.namespace,
  propertyId: image.propertyId,
  sessionId: image.sessionId,
  revision: image.revision,
  sequence: image.sequence,
  part: image.part,
  parts: image.parts,
  continues: image.continues,
  startedAtMs: image.startedAtMs,
  hits: image.hits,
  lines: new Binary(image.lines),
});

export const fromDbHits = (document: HitsDocument): HitsImage => ({
  namespace: document.namespace,
  propertyId: document.propertyId,
  sessionId: document.sessionId,
  revision: document.revision,
  part: document.part,
  parts: document.parts,
  continues: document.continues,
  startedAtMs: document.startedAtMs,
  hits: document.hits,
  lines: document.lines.buffer.subarray(0, document.lines.position),
  sequence: document.sequence,
});

export const toDbProbe = (partition: number, { header, closedAtMs, sequence }: SessionImage): ProbeDocument => ({
  _id: String(partition),
  partition,
  sessionId: header.sessionId,
  startedAtMs: header.startedAtMs,
  closedAtMs,
  sequence,
});

export const toDbErasure = (partition: number, erasure: Erasure): ErasureDocument => ({
  _id: `${partition}/${erasure.sequence}`,
  partition,
  ...erasure,
});

export const fromDbErasure = ({ namespace, propertyId, clientKeys, userKeys, erasedAtMs, sequence }: ErasureDocument): Erasure => ({
  namespace,
  propertyId,
  clientKeys,
  userKeys,
  erasedAtMs,
  sequence,
});
