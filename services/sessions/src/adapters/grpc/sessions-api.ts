import { decodePosition, encodePosition, type Incarnations, type StreamKey } from '@drawdown/eventlog';
import type { CallContext } from '@drawdown/grpc';
import type { CommandPlace, PublishedPlace, SessionCommands } from '../../application/commands/ports.js';
import { PersonExport } from '../../application/export/person-export.js';
import type { PersonLetters } from '../../application/export/ports.js';
import type { OpenSessions, ReadProgress, SessionChanges } from '../../application/queries/ports.js';
import { SessionReads } from '../../application/queries/session-reads.js';
import { watchSessions, type WatchedChange } from '../../application/queries/watch.js';
import type { SessionQueries } from '../../application/views/session-queries.js';
import type { Property } from '../../domain/index.js';
import { namespaceOf } from './namespaces.js';
import { PropertiesApi } from './properties-api.js';

export interface SessionsApiOptions {
  readonly properties: PropertiesApi;
  readonly open: OpenSessions;
  readonly closed: SessionQueries;
  readonly progress: ReadProgress;
  readonly changes: SessionChanges;
  readonly commands: SessionCommands;
  readonly letters: PersonLetters;
  readonly incarnations: Incarnations['streams'];
  readonly tickMs: number;
}

/** Sessions as callers see them: the property first, then everything within it. */
export class SessionsApi {
  readonly reads: SessionReads;
  readonly export: PersonExport;

  constructor(private readonly options: SessionsApiOptions) {
    this.reads = new SessionReads(options);
    this.export = new PersonExport({ ...options, reads: this.reads });
  }

  get commands(): SessionCommands {
    return this.options.commands;
  }

  get open(): OpenSessions {
    return this.options.open;
  }

  get closed(): SessionQueries {
    return this.options.closed;
  }

  /** @throws Refusal `NOT_FOUND` */
  property(propertyId: string, context: CallContext): Promise<Property> {
    return this.options.properties.property(propertyId, context);
  }

  /** The property that is read: the caller's own, or what a replay made of it. @throws Refusal `NOT_FOUND`; Fault `STALE_READ` */
  async readable(
    { propertyId, replay, minPosition }: { readonly propertyId: string; readonly replay?: string; readonly minPosition: string },
    context: CallContext,
  ): Promise<Property> {
    const { properties } = this.options;
    const isOwn = replay === undefined || replay === '';
    const property = isOwn ? await this.property(propertyId, context) : await properties.replayed(propertyId, replay, context);
    if (minPosition !== '') {
      const components = decodePosition(minPosition, this.options.incarnations);
      await this.options.progress.reached(components, property, context.signal);
    }
    return property;
  }

  /** Begins at once; nothing that happens after the call is missed. */
  async watch(propertyId: string, context: CallContext): Promise<AsyncIterable<WatchedChange>> {
    const { changes, open, tickMs, properties } = this.options;
    const namespace = namespaceOf(context.caller);
    if (propertyId !== '') await this.property(propertyId, context);
    const closes = await changes.watch(namespace, propertyId === '' ? undefined : propertyId, context.signal);
    return watchSessions({ properties: () => properties.known(namespace, propertyId), open, tickMs, closes, signal: context.signal });
  }

  /** Where the event of a command stands. */
  positionOf({ partition, sequence }: CommandPlace): string {
    return this.#positionIn('sessions', [{ partition, sequence }]);
  }

  hitsPositionOf(places: readonly PublishedPlace[]): string {
    return this.#positionIn('hits', places);
  }

  #positionIn(stream: StreamKey, places: readonly PublishedPlace[]): string {
    const incarnation = this.options.incarnations[stream];
    if (incarnation === undefined) throw new Error(`the stream ${stream} was not verified at start`);
    return encodePosition(places.map(({ partition, sequence }) => ({ stream, incarnation, partition, sequence })));
  }
}
