import type { Subjects } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import type { ProbeLog } from '../../application/probe/ports.js';
import { probeProperty } from '../../domain/index.js';
import { encodeProbe } from './hit-envelopes.js';

/** A probe that was not read by then is given up: nothing reads it again. */
const PROBE_TTL = '5m';
/** Messages of one publication: its only chunk, and the last. */
const PUBLICATION_MESSAGES = 2;

export interface ProbeLogOptions {
  readonly publisher: Pick<JetStreamClient, 'publish'>;
  readonly manager: Pick<JetStreamManager, 'streams'>;
  readonly subjects: Subjects;
  readonly sessionsStream: string;
}

/** Probes in the streams: their hits expire, and of their sessions only the newest stays (sessions §15.14). */
export class JetStreamProbes implements ProbeLog {
  constructor(private readonly options: ProbeLogOptions) {}

  async send(source: number, id: string, sentAtMs: number): Promise<void> {
    const { subject, headers, data } = encodeProbe(this.options.subjects, source, id, sentAtMs);
    const sent = newHeaders();
    for (const [name, value] of headers) sent.set(name, value);
    try {
      await this.options.publisher.publish(subject, data, { headers: sent, ttl: PROBE_TTL });
    } catch (error) {
      throw new Fault('PROBE_NOT_PUBLISHED', 'the stream of hits did not take a probe', {}, { cause: error });
    }
  }

  /** The newest publication stays: where nothing else comes, it is by it that a rebuild of the documents knows how far there was to read. */
  async forgetOlder(state: number): Promise<void> {
    const { manager, sessionsStream, subjects } = this.options;
    const { namespace, propertyId } = probeProperty(1);
    await manager.streams.purge(sessionsStream, { filter: subjects.sessions(state, namespace, propertyId), keep: PUBLICATION_MESSAGES });
  }
}
