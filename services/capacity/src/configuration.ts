import { address, flag, integer, oneOf, path, PlatformConfiguration, Setting, text, type DocumentedConfiguration } from '@drawdown/config';

/** What the capacity service is told at start. */
export class CapacityConfiguration extends PlatformConfiguration {
  @Setting({
    variable: 'DRAWDOWN_CAPACITY_COMMAND_WINDOW_SECONDS',
    kind: integer(600, 604_800),
    default: '3600',
    meaning: 'How long the id of a command is recognised, in seconds; an older command is refused with `COMMAND_EXPIRED`.',
  })
  readonly commandWindowSeconds!: number;

  @Setting({
    variable: 'DRAWDOWN_CAPACITY_NETWORK',
    kind: oneOf('main', 'test', 'dev'),
    default: 'main',
    meaning: 'Where reservations are paid: `test` costs a tenth, `dev` a hundredth.',
  })
  readonly network!: 'main' | 'test' | 'dev';

  @Setting({
    variable: 'DRAWDOWN_CAPACITY_ASSETS',
    kind: text,
    default: 'TFT:LEDGER',
    meaning: 'What can be paid in: assets as `CODE:ISSUER`, separated by commas; the code is the name of the currency in a purchase.',
  })
  readonly assets!: string;

  @Setting({
    variable: 'DRAWDOWN_CAPACITY_FREE',
    kind: flag,
    default: 'false',
    meaning: 'Whether every reservation is credited at once and nothing is paid.',
    caution: '`true` gives capacity away.',
  })
  readonly isFree!: boolean;

  @Setting({
    variable: 'DRAWDOWN_CAPACITY_ACCEPT_LEGACY_SIGNATURES',
    kind: flag,
    default: 'false',
    meaning: 'Whether signed texts of version 1 count, which bind neither customer nor time.',
    caution: '`true` lets a captured purchase be repeated.',
  })
  readonly acceptsLegacySignatures!: boolean;

  @Setting({
    variable: 'DRAWDOWN_CAPACITY_PAYMENTS_WEBHOOK_URL',
    kind: address('http', 'https'),
    optional: true,
    meaning: 'Who is told of payments that are not taken from the prepaid ledger; unset: the ledger alone.',
  })
  readonly paymentsWebhookUrl: string | undefined;

  @Setting({
    variable: 'DRAWDOWN_CAPACITY_PAYMENTS_WEBHOOK_SECRET_FILE',
    kind: path,
    optional: true,
    meaning: 'File with the one or two secrets that sign those messages, one a line, the one in use first; needed with the address.',
  })
  readonly paymentsWebhookSecretFile: string | undefined;

  @Setting({
    variable: 'DRAWDOWN_CAPACITY_PAYMENTS_ADDRESS',
    kind: text,
    optional: true,
    meaning: 'Where customers pay, as they and the receiver of those messages are told; needed with the address.',
  })
  readonly paymentsAddress: string | undefined;
}

export const configurations: readonly DocumentedConfiguration[] = [
  { title: 'Capacity', introduction: 'Read by every replica of the capacity service.', type: CapacityConfiguration },
];
