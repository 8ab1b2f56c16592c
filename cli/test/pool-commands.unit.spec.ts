import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPurchaseMessage, signatureFault } from '@drawdown/capacity/domain';
import { Dimension, DiskType, Pool, PoolStatus, ReservationData, Workload } from '@drawdown/proto/capacity';
import { Command } from 'commander';
import { amountsOf, readUnitSeconds, readWholeUnitSeconds, unitsText } from '../src/capacity/amounts.js';
import { moneyText, readMoney } from '../src/capacity/money.js';
import { signPurchase } from '../src/capacity/purchase.js';
import { secondText } from '../src/capacity/seconds.js';
import { signWorkload } from '../src/capacity/signed-workload.js';
import { createKeyFile, newSigner, readSigner } from '../src/capacity/signer.js';
import { readPercent, readSecondsOf, secondsText } from '../src/commands/capacity/arguments.js';
import { POOL_FIELDS } from '../src/commands/capacity/columns.js';
import { readPlanned } from '../src/commands/capacity/pool-forecasts.js';
import { addPolicyOptions, policyOf, type PolicyOptions } from '../src/commands/capacity/pool-policy.js';
import { poolView } from '../src/commands/capacity/views.js';
import { addSizeOptions, sizeOf, type SizeOptions } from '../src/commands/capacity/workload-options.js';
import { createProgram } from '../src/index.js';
import { fieldsOf } from '../src/output/output.js';

const NEVER = '9223372036854775807';

const silent = (command: Command): Command =>
  command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });

describe('amounts on the command line', () => {
  it('are unit-seconds, or units for a time', () => {
    expect(['3600', '0.001', '2x30d', '0.5x1h', '1.5x90s'].map(readUnitSeconds)).toEqual([
      3_600_000n,
      1n,
      5_184_000_000n,
      1_800_000n,
      135_000n,
    ]);
  });

  it.each(['', '-1', '1e3', '0.0001', '2x', 'x1h', '2x1y', '0.001x1ms', '1.0x'])('are refused: "%s"', text => {
    expect(() => readUnitSeconds(text)).toThrow();
  });

  it('are bought whole', () => {
    expect(readWholeUnitSeconds('0.5x2s')).toBe(1_000n);
    expect(() => readWholeUnitSeconds('0.5')).toThrow('whole');
  });

  it('are shown in units without zeros', () => {
    expect(unitsText(amountsOf({ cu: 86_400_000n, ipv4u: 333n }))).toBe('86400 CU, 0.333 IPv4U');
    expect(unitsText(amountsOf({}))).toBe('');
  });

  it('of money have seven decimals at most', () => {
    expect(moneyText({ amount: '997920000', asset: 'TFT:issuer' })).toBe('99.792 TFT');
    expect(moneyText({ amount: '1', asset: 'TFT:issuer' })).toBe('0.0000001 TFT');
    expect([readMoney('99.792'), readMoney('1'), readMoney('0.0000001')]).toEqual(['997920000', '10000000', '1']);
    for (const text of ['', '.5', '-1', '1.00000001', '1e3']) expect(() => readMoney(text)).toThrow();
  });
});

describe('instants and durations of pools', () => {
  it('are RFC 3339 as long as there is a year for them', () => {
    expect([secondText(0), secondText(NEVER), secondText('253402300799'), secondText('253402300800')]).toEqual([
      '1970-01-01T00:00:00Z',
      'never',
      '9999-12-31T23:59:59Z',
      '253402300800',
    ]);
  });

  it.each(['90s', '45m', '12h', '7d'])('are read as they are written: %s', text => {
    expect(secondsText(readSecondsOf(text))).toBe(text);
  });

  it('know shares', () => {
    expect([readPercent('20%'), readPercent('100%')]).toEqual([20, 100]);
    for (const text of ['20', '0%', '101%', '2.5%']) expect(() => readPercent(text)).toThrow();
  });
});

describe('keys', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drawdown-keys-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('lie in a file of their owner, and are never overwritten', async () => {
    const file = join(folder, 'key.pem');
    const { publicKey } = await createKeyFile(file);
    expect(publicKey).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readSigner(file)).publicKey).toBe(publicKey);
    const before = await readFile(file);
    await expect(createKeyFile(file)).rejects.toMatchObject({ reason: 'KEY_FILE' });
    expect(await readFile(file)).toEqual(before);
  });

  it('of another kind, or no keys, are refused', async () => {
    const [text, elliptic] = [join(folder, 'text'), join(folder, 'ec.pem')];
    await writeFile(text, 'no key');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(elliptic, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await expect(readSigner(text)).rejects.toMatchObject({ reason: 'KEY_FILE' });
    await expect(readSigner(elliptic)).rejects.toMatchObject({ reason: 'KEY_FILE', message: expect.stringContaining('type ec') as string });
    await expect(readSigner(join(folder, 'absent'))).rejects.toMatchObject({ reason: 'KEY_FILE' });
  });
});

describe('a signed purchase', () => {
  const [customer, sponsor] = [newSigner(), newSigner()];
  const order = {
    poolId: 57,
    cus: 86_400n,
    sus: 2n ** 53n + 1n,
    ipv4us: 0n,
    nodeIds: ['node-b', 'node-a'],
    currencies: ['TFT'],
    customerTid: 7,
    customer,
    notAfter: 1_800_000_000,
  };

  it('is a text that the service reads as what was ordered, signed by both', () => {
    const signed = signPurchase({ ...order, sponsor: { tid: 9, signer: sponsor } });
    const { purchase, binding } = readPurchaseMessage(signed.json);
    expect(purchase).toEqual({
      poolId: 57,
      unitSeconds: [86_400n, 2n ** 53n + 1n, 0n],
      nodeIds: ['node-b', 'node-a'],
      currencies: ['TFT'],
    });
    expect(binding).toMatchObject({ customerTid: 7, sponsorTid: 9, notAfter: 1_800_000_000 });
    const bytes = Buffer.from(signed.json, 'utf8');
    expect(signatureFault(customer.publicKey, bytes, signed.customerSignature)).toBeUndefined();
    expect(signatureFault(sponsor.publicKey, bytes, signed.sponsorSignature)).toBeUndefined();
    expect(signatureFault(sponsor.publicKey, bytes, signed.customerSignature)).toBe('WRONG');
    expect(signed.dataReservation).toEqual(
      ReservationData.create({
        poolId: '57',
        cus: '86400',
        sus: '9007199254740993',
        ipv4us: '0',
        nodeIds: { values: ['node-b', 'node-a'] },
        currencies: { values: ['TFT'] },
      }),
    );
  });

  it('has a nonce of its own each time', () => {
    const nonces = Array.from({ length: 3 }, () => readPurchaseMessage(signPurchase(order).json).binding?.nonce);
    expect(new Set(nonces).size).toBe(3);
  });
});

describe('a signed workload', () => {
  it('is the one whose text and signature the specification gives', () => {
    const seed = createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 1)]),
      format: 'der',
      type: 'pkcs8',
    });
    const signer = { publicKey: '', sign: (message: string | Uint8Array) => sign(null, Buffer.from(message), seed).toString('hex') };
    const workload = Workload.fromPartial({ kind: { $case: 'volume', value: { sizeGb: 100, diskType: DiskType.SSD } } });
    const request = {
      workloadId: 1,
      poolId: 7,
      nodeId: 'node-a',
      customerTid: 11,
      reference: '',
      epoch: 1_600_000_000,
      description: 'demo',
      metadata: '',
      workload,
    };
    expect(signWorkload(request, signer).customerSignature).toBe(
      '5b02356afcad4e6698a1648f8f6df0213253f23a09e46817fd6cc92122b7693abe0811c9f7e4c238600860222dfd23cfa8e309cc8ac1210fed51b3fc6b2dcd0e',
    );
  });

  it.each(['--container 2,4,50', '--machine 3', '--public-ip', '--resources cru=0.5,mru=1.25', '--volume 5:hdd'])(
    'is signed whatever it is: %s',
    line => {
      const signer = newSigner();
      const command = silent(addSizeOptions(new Command()));
      const workload = sizeOf(command.parse(line.split(' '), { from: 'user' }).opts<SizeOptions>(), command);
      if (workload === undefined) throw new Error('a size was said');
      const request = {
        workloadId: 0,
        poolId: 7,
        nodeId: 'n',
        customerTid: 1,
        reference: '',
        epoch: 1,
        description: '',
        metadata: '',
        workload,
      };
      const { customerSignature } = signWorkload(request, signer);
      expect(customerSignature).toMatch(/^[0-9a-f]{128}$/);
      expect(signWorkload({ ...request, poolId: 8 }, signer).customerSignature).not.toBe(customerSignature);
    },
  );
});

describe('options of pools', () => {
  const policy = (...words: string[]) =>
    policyOf(silent(addPolicyOptions(new Command())).parse(words, { from: 'user' }).opts<PolicyOptions>());

  it('name the rules that are said, and leave the others to their defaults', () => {
    expect(policy()).toMatchObject({ graceSeconds: 0, suspends: false, thresholds: undefined, unfundedCaps: undefined, nodeLimits: {} });
    expect(policy('--no-warn').thresholds).toEqual({ timesSeconds: [], sharesPercent: [] });
    const words = ['--grace', '10m', '--suspend', '--warn-before', '1d', '--warn-before', '1h', '--warn-below', '20%'];
    const more = ['--node-limit', 'a:b:cu=4,su=0.5', '--lend', '3600', '--auto-top-up', '24h:2x30d:3:30d', '--unfunded-cap', 'su=1'];
    expect(policy(...words, ...more)).toMatchObject({
      graceSeconds: 600,
      suspends: true,
      thresholds: { timesSeconds: [86_400, 3_600], sharesPercent: [20] },
      nodeLimits: { 'a:b': { cu: '4000', su: '500', ipv4u: '0' } },
      lendingLimit: { cu: '3600000' },
      unfundedCaps: { su: '1000' },
      autoTopUp: { triggerSeconds: 86_400, amounts: { cu: '5184000000' }, countMax: 3, periodSeconds: 2_592_000 },
    });
  });

  it.each([
    ['--node-limit', '4'],
    ['--lend', 'cu=1,cu=2'],
    ['--lend', 'gpu=1'],
    ['--auto-top-up', '24h:1:0:1d'],
    ['--grace', '10'],
    ['--warn-below', '0%'],
  ])('are refused: %s %s', (...words) => {
    expect(() => policy(...words)).toThrow();
  });

  it('plan credits, rates and pauses', () => {
    const at = 1_764_547_200;
    expect(readPlanned('2025-12-01T00:00:00Z=rate:cu=+2,su=-0.5', readPlanned('2025-12-01T00:00:00Z=credit:2x30d'))).toEqual([
      { at, change: { $case: 'credit', value: { cu: '5184000000', su: '0', ipv4u: '0' } } },
      { at, change: { $case: 'rateChange', value: { cu: '2000', su: '-500', ipv4u: '0' } } },
    ]);
    expect(readPlanned('2025-12-01T00:00:00Z=pause')).toEqual([{ at, change: { $case: 'pause', value: {} } }]);
    for (const text of ['pause', '2025-12-01T00:00:00Z=stop', 'soon=pause', '2025-12-01T00:00:00Z=credit:x'])
      expect(() => readPlanned(text)).toThrow();
  });

  it('say the size of a workload in one way', () => {
    const size = (...words: string[]): Workload | undefined => {
      const command = silent(addSizeOptions(new Command()));
      return sizeOf(command.parse(words, { from: 'user' }).opts<SizeOptions>(), command);
    };
    expect(size()).toBeUndefined();
    expect(size('--container', '2,0.5,51')?.kind).toMatchObject({
      $case: 'container',
      value: { cpu: 2, memoryMib: 512, diskMib: 52_224, diskType: DiskType.SSD },
    });
    expect(size('--machine', '18')?.kind).toMatchObject({ $case: 'virtualMachine', value: { size: 18 } });
    expect(size('--volume', '100:hdd')?.kind).toEqual({ $case: 'volume', value: { sizeGb: 100, diskType: DiskType.HDD } });
    expect(size('--resources', 'cru=3.152,mru=8')?.kind).toMatchObject({ $case: 'resources', value: { cru: 3.152, mru: 8, sru: 0 } });
    for (const words of [
      ['--public-ip', '--machine', '1'],
      ['--machine', '19'],
      ['--volume', '100'],
      ['--resources', 'cru=1,cru=2'],
      ['--resources', 'gpu=1'],
    ])
      expect(() => size(...words)).toThrow();
  });
});

describe('a pool', () => {
  const pool = Pool.create({
    poolId: 57,
    customerTid: 7,
    balance: { cu: '9000000000000000000', su: '0', ipv4u: '1' },
    active: { cu: '1000', su: '0', ipv4u: '0' },
    lastUpdated: 1_600_000_000,
    emptyAt: '9001600000000',
    emptyDimension: Dimension.CU,
    dueAt: NEVER,
    status: PoolStatus.ACTIVE,
    exhausted: [Dimension.SU],
    memberCount: 1,
  });

  it('is exact for programs, with enums by name', () => {
    expect(poolView(pool)).toMatchObject({
      balance: { cu: '9000000000000000000' },
      emptyAt: '9001600000000',
      dueAt: 'never',
      lastUpdated: '2020-09-13T12:26:40Z',
      status: 'ACTIVE',
      emptyDimension: 'CU',
      exhausted: ['SU'],
    });
  });

  it('is short for people', () => {
    expect(fieldsOf(POOL_FIELDS, pool)).toMatchObject({
      pool: '57',
      status: 'active',
      'CU·s left': '9000000000000000',
      'IPv4U·s left': '0.001',
      'drained by': '1 CU',
      'empty at': '9001600000000 (CU)',
      exhausted: 'SU',
      due: 'never',
    });
  });
});

describe('wrong usage of a command about pools', () => {
  it.each([
    ['pools', 'show', '0'],
    ['pools', 'open', '--customer', '1', '--key', 'k', '--cu', '1'],
    ['pools', 'open', '--node', 'a', '--customer', '1', '--key', 'k', '--cu', '0.5'],
    ['pools', 'open', '--node', 'a', '--customer', '1', '--key', 'k', '--sponsor', '2'],
    ['pools', 'nodes', '1'],
    ['pools', 'transfer', '1', '2'],
    ['pools', 'refund', '1'],
    ['pools', 'refund', '1', '--everything', '--reversed', '2'],
    ['parties', 'register', '1'],
    ['parties', 'register', '1', '--public-key', 'a', '--key', 'b'],
    ['farms', 'register', '1', '--payout', 'TFT'],
    ['farms', 'register', '1', '--payout', 'TFT=a', '--prices', '1,2'],
    ['nodes', 'register', 'n'],
    ['workloads', 'report', '1', '2', 'gone'],
    ['workloads', 'check', '1'],
    ['workloads', 'admit', '1', '--customer', '1', '--key', 'k', '--node', 'n'],
    ['reservations', 'report-payment', '1', '-5'],
  ])('is told before anything is called: %s %s %s %s %s %s %s', async (...words) => {
    const program = createProgram();
    const quiet = (command: Command): void => {
      silent(command);
      command.commands.forEach(quiet);
    };
    quiet(program);
    await expect(program.parseAsync(words, { from: 'user' })).rejects.toMatchObject({ name: 'CommanderError' });
  });
});
