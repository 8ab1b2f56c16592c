import { checkReservation, decideReservation, type ReservationFacts } from '../../src/domain/index.js';
import { FACTS, factsOf, requestOf, T, type Plan } from '../support/purchases.js';
import { codeOf, refusalOf } from '../support/refused.js';

/** A sponsored top-up that passes every check. */
const GOOD: Plan = {
  data: { poolId: 7 },
  sponsorTid: 9,
  facts: { pool: { nodeIds: ['node-a'], sponsor: 9 } },
};

const withFacts = (plan: Plan, facts: Partial<ReservationFacts>): Plan => ({ ...plan, facts: { ...plan.facts, ...facts } });

const poolOf = ({ facts }: Plan) => facts?.pool ?? { nodeIds: ['node-a'], sponsor: 9 };

/** Rows of §6.1 that the domain decides, in their order, each with what breaks it. Row 1 is the edge's. */
const ROWS: readonly (readonly [row: string, code: string, broken: (plan: Plan) => Plan])[] = [
  ['2', 'CUSTOMER_MISSING', plan => ({ ...plan, customerTid: 0 })],
  ['3', 'CUSTOMER_SIGNATURE_MISSING', plan => ({ ...plan, customerSignature: '' })],
  ['4', 'SPONSOR_SIGNATURE_MISSING', plan => ({ ...plan, sponsorSignature: '' })],
  ['5', 'NODES_MISSING', plan => ({ ...plan, body: { ...plan.body, nodeIds: [] } })],
  ['6', 'JSON_INVALID', plan => ({ ...plan, json: 'no' })],
  ['7', 'JSON_MISMATCH', plan => ({ ...plan, body: { ...plan.body, currencies: ['BTC'] } })],
  [
    '8',
    'DUPLICATE_NODE',
    plan => ({ ...plan, data: { ...plan.data, nodeIds: [...(plan.data?.nodeIds ?? ['node-a', 'node-b']), 'node-a'] } }),
  ],
  [
    '9',
    'NODES_SPAN_FARMS',
    plan => withFacts(plan, { nodes: new Map([...FACTS.nodes, ['node-b', { farmId: 4, isFreeToUse: true, isGone: false }]]) }),
  ],
  [
    '9a',
    'UNKNOWN_NODE',
    plan => ({ ...plan, data: { ...plan.data, nodeIds: [...(plan.data?.nodeIds ?? ['node-a', 'node-b']), 'node-x'] } }),
  ],
  ['10', 'CUSTOMER_UNKNOWN', plan => withFacts(plan, { customer: undefined })],
  ['11', 'CUSTOMER_SIGNATURE_INVALID', plan => ({ ...plan, customerSignature: 'ab' })],
  ['11a', 'SIGNATURE_EXPIRED', plan => ({ ...plan, notAfter: T - 1 })],
  ['12', 'SPONSOR_UNKNOWN', plan => withFacts(plan, { sponsor: undefined })],
  [
    '13',
    'SPONSOR_NOT_TRUSTED',
    plan => withFacts(plan, { sponsor: { publicKey: FACTS.sponsor?.publicKey ?? '', isTrustedChannel: false } }),
  ],
  ['14', 'SPONSOR_SIGNATURE_INVALID', plan => ({ ...plan, sponsorSignature: 'ab' })],
  ['14a', 'SPONSOR_MISMATCH', plan => withFacts(plan, { pool: { ...poolOf(plan), sponsor: 8 } })],
  ['15', 'POOL_NOT_FOUND', plan => withFacts(plan, { pool: undefined })],
  ['16', 'NODES_REMOVED', plan => withFacts(plan, { pool: { ...poolOf(plan), nodeIds: [...poolOf(plan).nodeIds, 'node-z'] } })],
  [
    '17',
    'NO_EFFECT',
    plan => ({
      ...withFacts(plan, { pool: { ...poolOf(plan), nodeIds: ['node-a', 'node-b'] } }),
      data: { ...plan.data, unitSeconds: [0n, 0n, 0n] },
    }),
  ],
  ['18', 'PAYMENT_NOT_POSSIBLE', plan => withFacts(plan, { terms: { ...FACTS.terms, address: undefined } })],
];

const submit = (plan: Plan): unknown =>
  decideReservation(
    { type: 'submit', reservationId: 41, namespace: 'shop', request: requestOf(plan), facts: factsOf(plan), at: T },
    undefined,
  );

describe('the checks of a reservation (§6.1)', () => {
  it('let a good one pass', () => {
    expect(submit(GOOD)).toHaveLength(3);
    expect(submit({})).toHaveLength(3);
  });

  it.each(ROWS)('row %s refuses with %s', (_row, code, broken) => {
    expect(codeOf(() => submit(broken(GOOD)))).toBe(code);
  });

  const pairs = ROWS.flatMap(([row, code, broken], index) =>
    ROWS.slice(index + 1).map(([later, , breaksLater]) => [row, later, code, (): Plan => broken(breaksLater(GOOD))] as const),
  );

  // What breaks the earlier row is done last, so that it holds where both touch the same field.
  it.each(pairs)('row %s answers before row %s: %s', (_row, _later, code, plan) => {
    expect(codeOf(() => submit(plan()))).toBe(code);
  });

  it('can be made before anything is counted or remembered', () => {
    expect(checkReservation(requestOf(GOOD), factsOf(GOOD), T).binding).toMatchObject({ customerTid: 11, sponsorTid: 9 });
  });
});

describe('what tests of a reservation probe (§6.1, §6.3)', () => {
  const causeOf = (plan: Plan): string | undefined => refusalOf(() => submit(plan))?.metadata['cause'];

  it('names which error of a signature it was, of customer and sponsor', () => {
    for (const name of ['customerSignature', 'sponsorSignature'] as const) {
      expect(causeOf({ ...GOOD, [name]: 'xy' })).toBe('HEX');
      expect(causeOf({ ...GOOD, [name]: 'abc' })).toBe('HEX');
      expect(causeOf({ ...GOOD, [name]: 'ab' })).toBe('WRONG');
    }
    const shortKey = { publicKey: 'ab', isTrustedChannel: true };
    expect(causeOf(withFacts(GOOD, { customer: shortKey }))).toBe('KEY');
    expect(causeOf(withFacts(GOOD, { sponsor: shortKey }))).toBe('KEY');
  });

  it('takes a signature for its customer only', () => {
    const request = requestOf(GOOD);
    const replayed = { ...request, customerTid: 12 };
    expect(codeOf(() => checkReservation(replayed, factsOf(GOOD), T))).toBe('JSON_MISMATCH');
    expect(codeOf(() => checkReservation({ ...request, sponsorTid: 8 }, factsOf(GOOD), T))).toBe('JSON_MISMATCH');
    expect(codeOf(() => checkReservation({ ...request, sponsorTid: 0, sponsorSignature: '' }, factsOf(GOOD), T))).toBe('JSON_MISMATCH');
  });

  it('takes a signature until its last second, and not one that counts for too long', () => {
    for (const [notAfter, code] of [
      [T, undefined],
      [T - 1, 'SIGNATURE_EXPIRED'],
      [T + 86_400, undefined],
      [T + 86_401, 'SIGNATURE_NOT_AFTER_TOO_FAR'],
    ] as const) {
      expect(codeOf(() => submit({ ...GOOD, notAfter }))).toBe(code);
    }
  });

  it('lets anyone top a pool up, with its sponsor or none (D17)', () => {
    expect(submit({ ...GOOD, sponsorTid: 0 })).toHaveLength(3);
    expect(codeOf(() => submit(withFacts(GOOD, { pool: { nodeIds: ['node-a'], sponsor: 0 } })))).toBe('SPONSOR_MISMATCH');
  });

  it('opens a pool of nothing, which is paid at once', () => {
    const plan: Plan = { data: { unitSeconds: [0n, 0n, 0n] } };
    expect(submit(plan)).toMatchObject([
      { type: 'reservation-submitted' },
      { type: 'reservation-accepted' },
      { amount: 0n },
      { type: 'payment-received', amount: 0n },
    ]);
  });

  const noEffect = { unitSeconds: [0n, 0n, 0n] as const };
  it.each([
    ['{a}', ['node-a'], 'NODES_REMOVED'],
    ['{a,b} of nothing', ['node-a', 'node-b'], 'NO_EFFECT'],
    ['{b,a} of nothing', ['node-b', 'node-a'], 'NO_EFFECT'],
    ['{a,b,c} of nothing', ['node-a', 'node-b', 'node-c'], undefined],
    ['{a,b,a}', ['node-a', 'node-b', 'node-a'], 'DUPLICATE_NODE'],
  ])('judges a top-up %s as E29 says', (_what, nodeIds, code) => {
    const nodes = new Map([...FACTS.nodes, ['node-c', { farmId: 3, isFreeToUse: false, isGone: false }] as const]);
    const plan = withFacts(
      { ...GOOD, data: { poolId: 7, ...noEffect, nodeIds } },
      { nodes, pool: { nodeIds: ['node-a', 'node-b'], sponsor: 9 } },
    );
    expect(codeOf(() => submit(plan))).toBe(code);
  });
});

describe('nodes that are gone or have moved (§15.7)', () => {
  const gone = { farmId: 3, isFreeToUse: false, isGone: true };
  const pool = { nodeIds: ['node-a', 'node-b'], sponsor: 9 };
  const nodesWith = (changed: { readonly farmId: number; readonly isFreeToUse: boolean; readonly isGone: boolean }) =>
    new Map([...FACTS.nodes, ['node-b', changed] as const]);
  const topUp = (
    nodeIds: readonly string[],
    changed: Parameters<typeof nodesWith>[0],
    facts: Partial<ReservationFacts> = {},
  ): string | undefined =>
    codeOf(() => submit(withFacts({ ...GOOD, data: { poolId: 7, nodeIds } }, { pool, nodes: nodesWith(changed), ...facts })));

  it('stand in no top-up’s way, named or not', () => {
    expect(topUp(['node-a', 'node-b'], gone)).toBeUndefined();
    expect(topUp(['node-a'], gone)).toBeUndefined();
    expect(topUp(['node-a', 'node-b'], { ...gone, farmId: 4 })).toBeUndefined();
    expect(topUp(['node-a'], { farmId: 4, isFreeToUse: false, isGone: false })).toBeUndefined();
  });

  it('are not bought anew', () => {
    expect(topUp(['node-a', 'node-b'], gone, { pool: { nodeIds: ['node-a'], sponsor: 9 } })).toBe('UNKNOWN_NODE');
    expect(topUp(['node-a', 'node-b'], { farmId: 4, isFreeToUse: false, isGone: false })).toBe('NODES_SPAN_FARMS');
  });

  it('are missed while nothing is known of them', () => {
    expect(
      codeOf(() =>
        submit(
          withFacts(
            { ...GOOD, data: { poolId: 7, nodeIds: ['node-a'] } },
            { pool, nodes: new Map([['node-a', FACTS.nodes.get('node-a') ?? gone]]) },
          ),
        ),
      ),
    ).toBe('NODES_REMOVED');
  });
});
