import type { ConclusionOrder, PaymentOrder, RefundOrder } from '../../domain/index.js';
import type { Payments, Receipt } from './port.js';
import { isPaidFromLedger, type PrepaidLedger } from './prepaid-ledger.js';

/**
 * Payments of reservations that are made now and of those that are under way: new ones are paid where the configuration says, all others where
 * they were told to pay. So money never goes back to where it did not come from, whatever is configured in the meantime.
 */
export class PaymentsByAddress implements Payments {
  constructor(
    private readonly ledger: PrepaidLedger,
    private readonly outside: Payments,
    private readonly forNew: 'ledger' | 'outside',
  ) {}

  addressFor(customerTid: number): string | undefined {
    return (this.forNew === 'ledger' ? this.ledger : this.outside).addressFor(customerTid);
  }

  async collect(order: PaymentOrder): Promise<Receipt | undefined> {
    return this.#keeperOf(order).collect(order);
  }

  async refund(order: RefundOrder): Promise<void> {
    return this.#keeperOf(order).refund(order);
  }

  async conclude(order: ConclusionOrder): Promise<void> {
    return this.#keeperOf(order).conclude(order);
  }

  #keeperOf({ address }: PaymentOrder): Payments {
    return isPaidFromLedger(address) ? this.ledger : this.outside;
  }
}
