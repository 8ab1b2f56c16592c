import { randomBytes } from 'node:crypto';
import {
  AlertMeasure,
  Dimension,
  DirectoryServiceService as Directory,
  MemberState,
  OperationsServiceService as Operations,
  PoolCommandsServiceService as Commands,
  PoolsServiceService as Pools,
  PoolStatus,
  ReservationsServiceService as Reservations,
  ReservationStatus,
  WorkloadResult,
  WorkloadsServiceService as Workloads,
} from '@drawdown/proto/capacity';
import type { TestDeployment } from '@drawdown/testing';
import { deployCapacity } from '../resilience/deployment.js';
import { Shop } from './shop.js';

const NEVER = '9223372036854775807';
const DAY_SECONDS = 86_400;

let deployment: TestDeployment;
let shop: Shop;
beforeAll(async () => {
  // Nothing is taken over here, and a busy machine renews leases late.
  deployment = await deployCapacity({ leaseTtlMs: 5_000 });
  const replica = await deployment.start();
  shop = await Shop.open(deployment, replica, 'acme');
}, 60_000);
afterAll(() => deployment.close());

describe('a purchase', () => {
  it('opens a pool once it is paid, exactly once, and says how it stands at every step', async () => {
    const purchase = shop.purchase({ cus: 3_600 });
    const created = await shop.send(Reservations.createReservation, purchase);
    expect(created).toMatchObject({ poolId: created.reservationId, escrowInformation: { asset: 'TFT:LEDGER', amount: '1386000' } });
    expect(await shop.send(Reservations.createReservation, purchase)).toMatchObject({ reservationId: created.reservationId });

    const { reservationId, poolId } = created;
    const paid = await shop.send(Reservations.payReservation, { reservationId });
    const read = await shop.ask(Reservations.getReservation, { reservationId, minPosition: paid.position });
    expect(read.reservation).toMatchObject({ status: ReservationStatus.SETTLED, amounts: { cu: '3600000', su: '0', ipv4u: '0' } });
    expect(read.payment).toMatchObject({ paid: true, released: true, canceled: false, cause: '' });

    const { pool } = await shop.ask(Pools.getPool, { poolId, minPosition: paid.position });
    expect(pool).toMatchObject({
      poolId,
      customerTid: shop.tid,
      balance: { cu: '3600000' },
      unitSeconds: { cus: '3600' },
      emptyAt: NEVER,
      status: PoolStatus.IDLE,
    });
    await shop.send(Reservations.payReservation, { reservationId });
    const again = await shop.ask(Pools.getPool, { poolId });
    expect(again.pool?.credited).toEqual({ cu: '3600000', su: '0', ipv4u: '0' });
  });

  it.each([
    ['CUSTOMER_MISSING', { customerTid: 0 }, 'INVALID_ARGUMENT'],
    ['CUSTOMER_SIGNATURE_MISSING', { customerSignature: '' }, 'INVALID_ARGUMENT'],
    ['SPONSOR_SIGNATURE_MISSING', { sponsorTid: 12 }, 'INVALID_ARGUMENT'],
    ['JSON_INVALID', { json: '{' }, 'INVALID_ARGUMENT'],
    ['JSON_MISMATCH', { customerTid: 12 }, 'INVALID_ARGUMENT'],
    ['CUSTOMER_SIGNATURE_INVALID', { customerSignature: '0'.repeat(128) }, 'INVALID_ARGUMENT'],
  ])('is refused with %s', async (reason, change, code) => {
    const refused = await shop.refused(Reservations.createReservation, { ...shop.purchase({ cus: 1 }), ...change });
    expect(refused).toMatchObject({ code, reason });
  });

  it('names which error of a signature it was', async () => {
    const causes = await Promise.all(
      ['zz', '0'.repeat(128)].map(async customerSignature => {
        const { metadata } = await shop.refused(Reservations.createReservation, { ...shop.purchase({ cus: 1 }), customerSignature });
        return metadata['cause'];
      }),
    );
    expect(causes).toEqual(['HEX', 'WRONG']);
  });

  it('counts a nonce once, and a signature only in its time', async () => {
    const nonce = randomBytes(16).toString('hex');
    await shop.send(Reservations.createReservation, shop.purchase({ cus: 1, nonce }));
    expect(await shop.refused(Reservations.createReservation, shop.purchase({ cus: 2, nonce }))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'NONCE_USED',
    });
    for (const [lifeSeconds, reason] of [
      [-1, 'SIGNATURE_EXPIRED'],
      [DAY_SECONDS + 60, 'SIGNATURE_NOT_AFTER_TOO_FAR'],
    ] as const) {
      expect(await shop.refused(Reservations.createReservation, shop.purchase({ cus: 1, lifeSeconds }))).toMatchObject({ reason });
    }
  });

  it('is refused for nodes that are not there, for pools that are not, and for money that nobody takes', async () => {
    const tries = [
      [{ nodeIds: ['nowhere'] }, 'FAILED_PRECONDITION', 'UNKNOWN_NODE'],
      [{ nodeIds: ['node-a', 'node-a'] }, 'FAILED_PRECONDITION', 'DUPLICATE_NODE'],
      [{ nodeIds: [] }, 'INVALID_ARGUMENT', 'NODES_MISSING'],
      [{ poolId: 404_404 }, 'NOT_FOUND', 'POOL_NOT_FOUND'],
      [{ currencies: ['GOLD'] }, 'FAILED_PRECONDITION', 'PAYMENT_NOT_POSSIBLE'],
      [{ cus: Number.MAX_SAFE_INTEGER }, 'FAILED_PRECONDITION', 'CAPACITY_OVERFLOW'],
    ] as const;
    for (const [change, code, reason] of tries) {
      const refused = await shop.refused(Reservations.createReservation, shop.purchase({ cus: 1, ...change }));
      expect([change, refused.code, refused.reason]).toEqual([change, code, reason]);
    }
  });
});

describe('a workload', () => {
  it('is admitted, drains once its node says so, and stops when it is gone', async () => {
    const poolId = await shop.pool({ cus: 7_200 });
    const admitted = await shop.send(Workloads.admitWorkload, { workload: shop.workload(poolId, 101) });
    expect(admitted.admission).toMatchObject({ workloadId: 101, rates: { cu: '1000' }, alreadyMember: false });
    const held = await shop.ask(Pools.listPoolMembers, { poolId, minPosition: admitted.position });
    expect(held.members).toMatchObject([{ workloadId: 101, state: MemberState.HELD }]);

    const report = { poolId, workloadId: 101, nodeId: 'node-a' };
    const started = await shop.send(Workloads.reportWorkload, { ...report, result: WorkloadResult.OK });
    expect(started.changed).toBe(true);
    const repeated = await shop.send(Workloads.reportWorkload, { ...report, result: WorkloadResult.OK });
    expect(repeated.changed).toBe(false);
    const { pool } = await shop.ask(Pools.getPool, { poolId, withWorkloadIds: true, minPosition: started.position });
    expect(pool).toMatchObject({ status: PoolStatus.ACTIVE, active: { cu: '1000' }, held: { cu: '0' }, activeWorkloadIds: [101] });
    expect(Number(pool?.emptyAt)).toBe((pool?.lastUpdated ?? 0) + Math.floor(Number(pool?.balance?.cu) / 1_000));

    const gone = await shop.send(Workloads.reportWorkload, { ...report, result: WorkloadResult.DELETED });
    const idle = await shop.ask(Pools.getPool, { poolId, minPosition: gone.position });
    expect(idle.pool).toMatchObject({ status: PoolStatus.IDLE, memberCount: 0, emptyAt: NEVER });
    const again = await shop.send(Workloads.releaseWorkload, { poolId, workloadId: 101 });
    expect(again.changed).toBe(false);
  });

  it('is turned away where there is no room, with what is missing; of several none is admitted', async () => {
    const poolId = await shop.pool({ cus: 7_200 });
    const one = await shop.refused(Workloads.admitWorkload, {
      workload: shop.workload(poolId, 1),
      period: { $case: 'horizonSeconds', value: 7_200 },
    });
    expect(one).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'CAPACITY_INSUFFICIENT',
      metadata: { dimension: 'cu', shortfall: '1' },
    });

    const three = [1, 2, 3].map(workloadId => shop.workload(poolId, workloadId));
    const all = { workloads: three, period: { $case: 'horizonSeconds', value: 2_400 } };
    expect(await shop.refused(Workloads.admitWorkloads, all)).toMatchObject({ reason: 'CAPACITY_INSUFFICIENT' });
    const two = await shop.send(Workloads.admitWorkloads, { ...all, workloads: three.slice(0, 2) });
    expect(two.admissions.map(({ workloadId }) => workloadId)).toEqual([1, 2]);
    const { pool } = await shop.ask(Pools.getPool, { poolId, minPosition: two.position });
    expect(pool).toMatchObject({ holdCount: 2, held: { cu: '2000' } });
  });

  it('is its customer’s: another one’s pool, another node, another signature and another token are refused', async () => {
    const poolId = await shop.pool({ cus: 7_200 });
    const right = shop.workload(poolId, 1);
    const tries = [
      [{ ...right, customerTid: 0 }, 'INVALID_ARGUMENT', 'CUSTOMER_MISSING'],
      [{ ...right, customerSignature: '' }, 'INVALID_ARGUMENT', 'CUSTOMER_SIGNATURE_MISSING'],
      [{ ...right, metadata: 'x'.repeat(1_025) }, 'INVALID_ARGUMENT', 'METADATA_TOO_LONG'],
      [{ ...right, reference: 'x' }, 'INVALID_ARGUMENT', 'REFERENCE_NOT_EMPTY'],
      [{ ...right, customerTid: 404 }, 'INVALID_ARGUMENT', 'CUSTOMER_UNKNOWN'],
      [{ ...right, description: 'changed' }, 'INVALID_ARGUMENT', 'CUSTOMER_SIGNATURE_INVALID'],
      [shop.workload(404_404, 1), 'NOT_FOUND', 'POOL_NOT_FOUND'],
      [shop.workload(poolId, 1, { nodeId: 'node-x' }), 'PERMISSION_DENIED', 'WORKLOAD_FORBIDDEN'],
      [shop.workload(poolId, 1, { customerTid: shop.otherTid }), 'PERMISSION_DENIED', 'WORKLOAD_FORBIDDEN'],
    ] as const;
    for (const [workload, code, reason] of tries) {
      const refused = await shop.refused(Workloads.admitWorkload, { workload });
      expect([reason, refused.code, refused.reason]).toEqual([reason, code, reason]);
    }
    const other = await shop.as([], String(shop.otherTid));
    expect(await other.refused(Workloads.admitWorkload, { workload: right })).toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'CALLER_NOT_CUSTOMER',
    });
    const own = await shop.as([], String(shop.tid));
    expect((await own.send(Workloads.admitWorkload, { workload: right })).admission?.workloadId).toBe(1);
  });

  it('is reported in a stream, one answer to each report, refusals among them', async () => {
    const poolId = await shop.pool({ cus: 7_200 });
    const size = { kind: { $case: 'resources', value: { cru: 2, mru: 4 } } };
    const reports = Array.from({ length: 300 }, (_, index) => ({
      poolId: index === 299 ? 404_404 : poolId,
      workloadId: index + 1,
      result: WorkloadResult.OK,
      workload: size,
    }));
    const answers = await shop.sendAll(Workloads.streamReports, reports);
    expect(answers.length).toBe(300);
    expect(answers.filter(({ changed }) => changed).length).toBe(299);
    expect(answers.flatMap(({ error }) => error?.reason ?? [])).toEqual(['POOL_NOT_FOUND']);
    const { pool } = await shop.ask(Pools.getPool, { poolId });
    expect(pool).toMatchObject({ memberCount: 299, active: { cu: '299000' } });
  });
});

describe('pools', () => {
  it('are listed by owner, by when they empty, and all of them', async () => {
    const rich = await shop.pool({ cus: 86_400 });
    const poor = await shop.pool({ cus: 600 });
    const position = await shop.run(rich, 1);
    const latest = await shop.run(poor, 1);
    const own = await shop.ask(Pools.listPoolsByOwner, { customerTid: shop.tid, minPosition: latest });
    const ids = own.pools.map(({ poolId }) => poolId);
    expect(ids).toEqual([...ids].sort((left, right) => left - right));
    expect(ids).toEqual(expect.arrayContaining([rich, poor]));
    expect((await shop.ask(Pools.listPoolsByOwner, { customerTid: 404 })).pools).toEqual([]);

    const all = await shop.collect(Pools.streamPools, { minPosition: position });
    expect(all.flatMap(({ result }) => (result?.$case === 'pool' ? [result.value.poolId] : []))).toEqual(expect.arrayContaining(ids));

    const at = Number((await shop.ask(Pools.getPool, { poolId: poor })).pool?.emptyAt);
    const expired = await shop.ask(Pools.listExpiredPools, { at });
    expect(expired.pools.map(({ poolId }) => poolId)).toContain(poor);
    expect(expired.pools.map(({ poolId }) => poolId)).not.toContain(rich);
    const before = await shop.ask(Pools.listExpiredPools, { at: at - 1 });
    expect(before.pools.map(({ poolId }) => poolId)).not.toContain(poor);
    expect((await shop.ask(Pools.getNextExpiringPool, { at: at - 1 })).pool?.poolId).toBe(poor);
  });

  it('come in pages that leave nothing out', async () => {
    const seen: number[] = [];
    for (let pageToken = '', pages = 0; pages < 100; pages += 1) {
      const page = await shop.ask(Pools.listPoolsByOwner, { customerTid: shop.tid, pageSize: 2, pageToken });
      seen.push(...page.pools.map(({ poolId }) => poolId));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    const whole = await shop.ask(Pools.listPoolsByOwner, { customerTid: shop.tid });
    expect(seen).toEqual(whole.pools.map(({ poolId }) => poolId));
  });

  it('pause and resume, keep rules, and end', async () => {
    const poolId = await shop.pool({ cus: 7_200 });
    await shop.run(poolId, 1);
    const paused = await shop.send(Commands.pausePool, { poolId, cause: 'test' });
    expect(paused.pool).toMatchObject({ status: PoolStatus.PAUSED, emptyAt: NEVER });
    const resumed = await shop.send(Commands.resumePool, { poolId, cause: 'test' });
    expect(resumed.pool?.status).toBe(PoolStatus.ACTIVE);
    const ruled = await shop.send(Commands.setPolicy, { poolId, policy: { graceSeconds: 600, suspends: true, thresholds: {} } });
    expect(ruled.pool?.policy).toMatchObject({ graceSeconds: 600, suspends: true, thresholds: { timesSeconds: [], sharesPercent: [] } });
    await shop.send(Workloads.releaseWorkload, { poolId, workloadId: 1 });
    const closed = await shop.send(Commands.closePool, { poolId, cause: 'done' });
    expect(closed.pool?.status).toBe(PoolStatus.CLOSED);
    expect(closed.pool?.balance?.cu).toBe('0');
    expect(Number(closed.forfeited?.cu)).toBeGreaterThan(0);
    expect(await shop.refused(Workloads.admitWorkload, { workload: shop.workload(poolId, 2) })).toMatchObject({ reason: 'POOL_CLOSED' });
  });

  it('hand capacity to each other, and give it back for money', async () => {
    const from = await shop.pool({ cus: 7_200 });
    const to = await shop.pool({ cus: 60 });
    const amounts = { cu: '3600000', su: '0', ipv4u: '0' };
    const sent = await shop.send(Commands.transferCapacity, { poolId: from, toPoolId: to, amounts });
    expect(sent.pool?.balance?.cu).toBe('3600000');
    await shop.until('the transfer', async () => (await shop.ask(Pools.getPool, { poolId: to })).pool?.balance?.cu === '3660000');
    const refund = await shop.send(Commands.refundCapacity, { poolId: from, what: { $case: 'everything', value: true } });
    expect(refund.lots).toMatchObject([{ amounts, asset: 'TFT:LEDGER' }]);
    expect(refund.pool?.balance?.cu).toBe('0');
  });

  it('explain their balance to the last milliunit-second, and who drains them', async () => {
    const poolId = await shop.pool({ cus: 7_200 });
    const position = await shop.run(poolId, 1);
    const explained = await shop.ask(Pools.explainPool, { poolId, minPosition: position });
    const { credited, drained, pool, dimensions, governing } = explained;
    expect(Number(credited?.cu)).toBe(Number(pool?.balance?.cu) + Number(drained?.cu));
    expect(dimensions).toMatchObject([{ dimension: Dimension.CU, contributions: [{ workloadId: 1, rate: '1000' }], contributionCount: 1 }]);
    expect(governing).toBe(Dimension.CU);
    expect(dimensions[0]?.emptyAt).toBe(pool?.emptyAt);
  });

  it('foresee their end under a plan, and what they lack', async () => {
    const poolId = await shop.pool({ cus: 10_000 });
    await shop.run(poolId, 1);
    const { pool } = await shop.ask(Pools.getPool, { poolId });
    const now = pool?.lastUpdated ?? 0;
    const left = Number(pool?.balance?.cu) / 1_000;
    const cu = (amount: string): object => ({ cu: amount, su: '0', ipv4u: '0' });
    const plan = [
      { at: now + 2_000, change: { $case: 'rateChange', value: cu('2000') } },
      { at: now + 4_000, change: { $case: 'rateChange', value: cu('-1000') } },
    ];
    const forecast = await shop.ask(Pools.forecastPool, { poolId, plan, until: now + 10_000 });
    expect(forecast).toMatchObject({ emptyAt: String(now + 4_000 + Math.floor((left - 8_000) / 2)), dimension: Dimension.CU });
    expect(forecast.creditNeeded?.cu).toBe(String((20_000 - left) * 1_000));
    const past = await shop.refusedAsk(Pools.forecastPool, { poolId, plan: [{ at: 1, change: { $case: 'pause', value: {} } }] });
    expect(past).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_AMOUNT' });
  });

  it('say which thresholds are crossed, and when the next one will be', async () => {
    const poolId = await shop.pool({ cus: 172_800 });
    const { alerts, pool } = await shop.ask(Pools.getPool, { poolId, minPosition: await shop.run(poolId, 1) });
    const times = alerts.filter(({ measure }) => measure === AlertMeasure.TIME);
    expect(times.map(({ threshold, crossed }) => [threshold, crossed])).toEqual([
      [14 * DAY_SECONDS, true],
      [7 * DAY_SECONDS, true],
      [DAY_SECONDS, false],
      [3_600, false],
    ]);
    expect(times[2]?.dueAt).toBe(String(Number(pool?.emptyAt) - DAY_SECONDS + 1));
    expect(pool?.dueAt).toBe(times[2]?.dueAt);
  });

  it('say what a command would come to, and do not do it', async () => {
    const poolId = await shop.pool({ cus: 600 });
    await shop.run(poolId, 1);
    const would = await shop.ask(Pools.whatIf, { poolId, command: { $case: 'credit', value: { cu: '600000', su: '0', ipv4u: '0' } } });
    expect(would.refusal).toBeUndefined();
    expect(would.events).toContain('capacity-credited');
    const { pool } = await shop.ask(Pools.getPool, { poolId });
    expect(Number(would.pool?.emptyAt)).toBe(Number(pool?.emptyAt) + 600);
    const admit = { $case: 'admit', value: { rates: { cu: '1000', su: '0', ipv4u: '0' }, horizonSeconds: 3_600 } };
    const refused = await shop.ask(Pools.whatIf, { poolId, command: admit });
    expect(refused.refusal?.reason).toBe('CAPACITY_INSUFFICIENT');
  });
});

describe('commands', () => {
  it('are recognised by their id, and refused where they say something else or come too late', async () => {
    const poolId = await shop.pool({ cus: 60 });
    const command = shop.command();
    const first = await shop.call(Commands.pausePool, { ...command, poolId, cause: 'a' });
    expect((await shop.call(Commands.pausePool, { ...command, poolId, cause: 'a' })).position).toBe(first.position);
    expect(await shop.refusedAsIs(Commands.pausePool, { ...command, poolId, cause: 'b' })).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'IDEMPOTENCY_MISMATCH',
    });
    const old = { ...shop.command(), requestTime: { seconds: 1_600_000_000, nanos: 0 } };
    expect(await shop.refusedAsIs(Commands.pausePool, { ...old, poolId, cause: '' })).toMatchObject({ reason: 'COMMAND_EXPIRED' });
  });

  it('are never seen from another namespace', async () => {
    const poolId = await shop.pool({ cus: 60 });
    const stranger = await Shop.open(deployment, shop.replica, 'globex', shop.tid + 100);
    expect(await stranger.refusedAsk(Pools.getPool, { poolId })).toMatchObject({ code: 'NOT_FOUND', reason: 'POOL_NOT_FOUND' });
    expect(await stranger.refused(Commands.closePool, { poolId })).toMatchObject({ code: 'NOT_FOUND', reason: 'POOL_NOT_FOUND' });
    expect((await stranger.ask(Pools.listPoolsByOwner, { customerTid: shop.tid })).pools).toEqual([]);
    expect((await stranger.ask(Directory.listParties, {})).parties.map(({ tid }) => tid)).not.toContain(shop.tid);
  });
});

describe('operators', () => {
  it('see all partitions, and find nothing overdue and nothing wrong in the documents', async () => {
    const { partitions } = await shop.ask(Operations.listPartitions, {});
    expect(partitions.map(({ number }) => number)).toEqual(Array.from({ length: 64 }, (_, number) => number));
    expect(new Set(partitions.map(({ owner }) => owner)).size).toBe(1);
    const { overdue } = await shop.ask(Operations.listOverdue, { longerThanSeconds: 120 });
    expect(overdue).toEqual([]);
    const checked = await shop.ask(Operations.checkDue, { target: { $case: 'partition', value: 0 } });
    expect(checked.events).toBe(0);
  });
});
