import { Fault } from '@drawdown/errors';
import type { View } from '../../../application/answers/view.js';
import type { StoredAccounts } from '../../mongo/stored-accounts.js';
import { staleRead, type Positions } from './positions.js';
import type { ReadRoute } from './route.js';

/** What the stored documents answer when the owner is silent; marked stale, with the time up to which they know everything (design §6). */
export class StoredAnswers {
  constructor(
    private readonly stored: StoredAccounts,
    private readonly positions: Positions,
  ) {}

  async answerRead<Request, Response>(
    partition: number,
    route: ReadRoute<Request, Response>,
    request: Request,
    namespace: string,
  ): Promise<Response> {
    const { stored } = this;
    const found = await stored.load({ namespace, customer: route.customerOf(request) });
    const watermark = await stored.watermark(partition);
    if (!watermark.isFolded || watermark.entitlements < found.ledgerEnd)
      throw new Fault('NOT_READY', 'the stored documents lack what the log says of this customer');
    for (const { stream, sequence } of this.positions.componentsOf(route.minPositionOf(request), partition)) {
      if ((stream === 'usage' ? watermark.usage : watermark.entitlements) < sequence) throw staleRead(stream, sequence);
    }
    const view: View = {
      account: found.account,
      nowMs: stored.nowMs(),
      asOfMs: found.asOfMs,
      position: this.positions.of(partition, watermark.usage, watermark.entitlements),
      stale: true,
      isReady: found.isReady,
    };
    return route.answer(view, request);
  }
}
