import type { Command } from '@drawdown/eventlog';
import { Refusal } from '@drawdown/errors';
import { encodePosition } from '@drawdown/eventlog';
import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  CatalogServiceService,
  type ArchiveFeatureRequest,
  type ArchiveFeatureResponse,
  type CreateFeatureRequest,
  type CreateFeatureResponse,
  type CreateMeterRequest,
  type CreateMeterResponse,
  type GetFeatureRequest,
  type GetFeatureResponse,
  type GetMeterRequest,
  type GetMeterResponse,
  type ListFeaturesRequest,
  type ListFeaturesResponse,
  type ListMetersRequest,
  type ListMetersResponse,
} from '@drawdown/proto';
import { inject } from '@drawdown/telemetry';
import { Controller } from '@nestjs/common';
import { CatalogLog } from '../../../application/catalog/catalog-log.js';
import { isArchived, type CatalogCommand, type CatalogEntry, type CatalogKind } from '../../../domain/index.js';
import { fromApiFeature, fromApiMeter, toApiFeature, toApiMeter } from '../convert/catalog.js';
import { withinField } from '../convert/field-path.js';
import { CatalogReads } from '../catalog-reads.js';
import { bodyHashOf, requestTimeMs, type CommandRequest } from '../owner/command-request.js';
import { pageOf } from '../paging.js';
import { ArchiveFeatureBody, CreateFeatureBody, CreateMeterBody, GetByKeyBody, ListCatalogBody } from '../requests/catalog.js';

/** Features and meters: small aggregates that any replica may change, and every replica has in memory. */
@Controller()
export class CatalogController {
  constructor(
    private readonly log: CatalogLog,
    private readonly reads: CatalogReads,
  ) {}

  @Rpc(CatalogServiceService.createMeter, { request: CreateMeterBody })
  async createMeter(request: CreateMeterRequest, context: CallContext): Promise<CreateMeterResponse> {
    const meter = fromApiMeter(required(request.meter));
    const { entry, position } = await withinField('meter', () =>
      this.#execute('meter', meter.key, request, { type: 'create-meter', meter }, context),
    );
    return { meter: toApiMeter(entry), position };
  }

  @Rpc(CatalogServiceService.getMeter, { request: GetByKeyBody })
  async getMeter(request: GetMeterRequest, context: CallContext): Promise<GetMeterResponse> {
    const { entry, position } = await this.reads.entry('meter', request, context);
    return { meter: toApiMeter(entry), position };
  }

  @Rpc(CatalogServiceService.listMeters, { request: ListCatalogBody })
  async listMeters(request: ListMetersRequest, context: CallContext): Promise<ListMetersResponse> {
    const { entries, position } = await this.reads.list('meter', request, context);
    const { items, nextPageToken } = pageOf(entries, request);
    return { meters: present(items.map(toApiMeter)), nextPageToken, totalSize: entries.length, position };
  }

  @Rpc(CatalogServiceService.createFeature, { request: CreateFeatureBody })
  async createFeature(request: CreateFeatureRequest, context: CallContext): Promise<CreateFeatureResponse> {
    const feature = fromApiFeature(required(request.feature));
    const { namespace } = context.caller;
    const meter =
      feature.meterKey === undefined ? undefined : (await this.log.lookUp({ namespace, kind: 'meter', key: feature.meterKey })).meter;
    const { entry, position } = await withinField('feature', () =>
      this.#execute('feature', feature.key, request, { type: 'create-feature', feature, meter }, context),
    );
    return { feature: toApiFeature(entry), position };
  }

  @Rpc(CatalogServiceService.getFeature, { request: GetByKeyBody })
  async getFeature(request: GetFeatureRequest, context: CallContext): Promise<GetFeatureResponse> {
    const { entry, position } = await this.reads.entry('feature', request, context);
    return { feature: toApiFeature(entry), position };
  }

  @Rpc(CatalogServiceService.listFeatures, { request: ListCatalogBody })
  async listFeatures(request: ListFeaturesRequest, context: CallContext): Promise<ListFeaturesResponse> {
    const { entries, position } = await this.reads.list('feature', request, context);
    const shown = entries.filter(entry => request.includeArchived || !isArchived(entry));
    const { items, nextPageToken } = pageOf(shown, request);
    return { features: present(items.map(toApiFeature)), nextPageToken, totalSize: shown.length, position };
  }

  @Rpc(CatalogServiceService.archiveFeature, { request: ArchiveFeatureBody })
  async archiveFeature(request: ArchiveFeatureRequest, context: CallContext): Promise<ArchiveFeatureResponse> {
    const { entry, position } = await this.#execute(
      'feature',
      request.key,
      request,
      { type: 'archive-feature', key: request.key },
      context,
    );
    return { feature: toApiFeature(entry), position };
  }

  async #execute(
    kind: CatalogKind,
    key: string,
    request: CommandRequest,
    body: CatalogCommand,
    context: CallContext,
  ): Promise<{ readonly entry: CatalogEntry; readonly position: string }> {
    const command: Command<CatalogCommand> = {
      id: request.requestId,
      createdAtMs: requestTimeMs(request),
      body,
      bodyHash: bodyHashOf(request),
      headers: Object.fromEntries(inject(new Map<string, string>())),
    };
    const { entry, sequence } = await this.log.execute({ namespace: context.caller.namespace, kind, key }, command);
    return { entry, position: encodePosition(this.reads.positionOf(sequence)) };
  }
}

/** The edge has refused requests without it; the generated types cannot say so. */
const required = <M>(message: M | undefined): M => {
  if (message === undefined) throw new Refusal('VALIDATION', 'the request has no message');
  return message;
};

const present = <M>(messages: readonly (M | undefined)[]): M[] => messages.filter(message => message !== undefined);
