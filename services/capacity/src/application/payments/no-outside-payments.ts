import { Fault } from '@drawdown/errors';
import type { PaymentOrder } from '../../domain/index.js';
import type { Payments } from './port.js';

const notConfigured = ({ address }: Pick<PaymentOrder, 'address'>): Fault =>
  new Fault('PAYMENTS_NOT_CONFIGURED', `what is paid to ${address} is paid outside, and nothing is configured for that`, { address });

/** Where nothing is paid outside. What was asked for there earlier waits, visibly, until it is configured again. */
export const NO_OUTSIDE_PAYMENTS: Payments = {
  addressFor: () => undefined,
  // Money may still be reported; the window ends either way.
  collect: async () => Promise.resolve(undefined),
  refund: async order => Promise.reject(notConfigured(order)),
  conclude: async order => Promise.reject(notConfigured(order)),
};
