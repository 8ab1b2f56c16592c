import { Fault, Refusal } from '@drawdown/errors';
import { componentsOf, decodePosition, encodePosition, UNPARTITIONED, type Position } from '@drawdown/eventlog';
import type { CallContext } from '@drawdown/grpc';
import type { Catalog } from '../../application/catalog/catalog.js';
import type { CatalogEntry, CatalogKind } from '../../domain/index.js';
import type { CatalogFeed } from '../jetstream/catalog-feed.js';

interface CatalogRead {
  readonly minPosition: string;
}

/** Questions about the catalogue, from the memory of this replica. */
export class CatalogReads {
  constructor(
    private readonly catalog: Catalog,
    private readonly feed: CatalogFeed,
    private readonly incarnation: string,
  ) {}

  positionOf(sequence: number): Position {
    return sequence === 0 ? [] : [{ stream: 'entitlements', incarnation: this.incarnation, partition: UNPARTITIONED, sequence }];
  }

  async entry(
    kind: CatalogKind,
    request: CatalogRead & { readonly key: string },
    context: CallContext,
  ): Promise<{ readonly entry: CatalogEntry; readonly position: string }> {
    const position = await this.#upTo(request, context);
    const entry = this.catalog.entry({ namespace: context.caller.namespace, kind, key: request.key });
    if (entry.meter === undefined && entry.feature === undefined) {
      throw new Refusal('NOT_FOUND', `there is no ${kind} ${request.key}`, { kind, id: request.key });
    }
    return { entry, position };
  }

  async list(
    kind: CatalogKind,
    request: CatalogRead,
    context: CallContext,
  ): Promise<{ readonly entries: readonly CatalogEntry[]; readonly position: string }> {
    const position = await this.#upTo(request, context);
    return { entries: this.catalog.list(context.caller.namespace, kind), position };
  }

  async #upTo({ minPosition }: CatalogRead, context: CallContext): Promise<string> {
    const wanted = minPosition === '' ? [] : componentsOf(decodePosition(minPosition, { entitlements: this.incarnation }), UNPARTITIONED);
    for (const { stream, sequence } of wanted) {
      await this.feed.reached(sequence, AbortSignal.timeout(Math.ceil(context.remainingMs()))).catch(() => {
        throw new Fault('STALE_READ', 'the position is not reached yet', { stream, sequence: String(sequence) });
      });
    }
    return encodePosition(this.positionOf(this.feed.sequence));
  }
}
