import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AccessServiceService, CheckAccessRequest, CheckAccessResponse } from '@drawdown/proto';
import { onBed, type Bed } from '../bed/bed.js';
import { describeMachine, describeServers } from '../bed/circumstances.js';
import { readCpu, usedBetween, type WatchedProcess } from '../bed/cpu-time.js';
import { createCustomers, customerKeys, NAMES } from '../bed/customers.js';
import { describeSpread, spreadOf } from '../pairs.js';
import { ECHO_PATH, startEcho } from './echo.js';
import { load, requireH2load, type LoadResult } from './h2load.js';

const PAIRS = 7;
const CALLS_PER_RUN = 60_000;
const WARM_UP_RUNS = 2;
const CONNECTIONS = 4;
const CALLS_PER_CONNECTION = 32;
const CUSTOMERS = 100;
const DAY_MS = 86_400_000;
/** In front of every gRPC message: not compressed, and its length. */
const FRAME_BYTES = 5;
/** The time in an answer takes a few bytes more or less. */
const ANSWER_BYTES_MORE_OR_LESS = 8;
const MICROSECONDS_PER_SECOND = 1e6;

interface Target {
  readonly name: string;
  readonly address: string;
  readonly path: string;
  readonly process: WatchedProcess;
}

interface Run extends LoadResult {
  /** CPU of the server per call, in microseconds; absent where it cannot be looked at. */
  readonly cpuMicros: number | undefined;
}

/** `npm run bench -- check` (design §10): the way of one unary question through the real service, beside the way alone. */
export const runCheck = async (): Promise<void> => {
  const version = await requireH2load();
  await onBed('entitlements', async bed => {
    const { say } = bed.launch;
    const customers = customerKeys(CUSTOMERS);
    await createCustomers(bed.client, customers, Date.now() - DAY_MS);
    const request = CheckAccessRequest.create({ customer: customers[0] ?? '', featureKey: NAMES.feature });
    const answer = await ask(bed, request);
    const bodyFile = await writeBody(bed, request);
    const echo = await startEcho(bed.launch, answer);
    const service = bed.processes.find(({ name }) => name === 'service') ?? { name: 'service', pid: undefined };
    const targets: readonly [Target, Target] = [
      { name: 'CheckAccess', address: bed.address, path: AccessServiceService.checkAccess.path, process: service },
      { name: 'bare grpc-js echo', address: echo.address, path: ECHO_PATH, process: echo.process },
    ];
    say(`\n${describeMachine()}\n${await describeServers(bed)}\n${version}`);
    say(
      `Unary calls over ${String(CONNECTIONS)} connections, ${String(CALLS_PER_CONNECTION)} at once on each, ${String(CALLS_PER_RUN)} a run; ` +
        `${String(CheckAccessRequest.encode(request).finish().byteLength)} bytes asked, ${String(answer.byteLength)} answered, one warm account.`,
    );
    const pairs = await measurePairs(bed, targets, bodyFile, answer.byteLength);
    for (const [index, { name }] of targets.entries())
      say(
        describeTarget(
          name,
          pairs.map(pair => pair[index]).filter(run => run !== undefined),
        ),
      );
    say(
      `  ratio: ${describeSpread(spreadOf(pairs.map(([ours, bare]) => ours.callsPerSecond / bare.callsPerSecond)), 3)}, ${String(PAIRS)} pairs`,
    );
    say(describeMachine());
  });
};

/** The answer is looked at once: h2load sees only that there was one. */
const ask = async ({ client }: Bed, request: CheckAccessRequest): Promise<Uint8Array> => {
  const answer = await client.call(AccessServiceService.checkAccess, request);
  assert.equal(answer.access?.hasAccess, true, 'the customer of the benchmark has access');
  assert.equal(answer.freshness?.stale, false, 'the owner itself answers');
  return CheckAccessResponse.encode(answer).finish();
};

const writeBody = async ({ launch }: Bed, request: CheckAccessRequest): Promise<string> => {
  const message = CheckAccessRequest.encode(request).finish();
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32BE(message.byteLength, 1);
  const file = join(launch.runFolder, 'check-access.bin');
  await writeFile(file, Buffer.concat([frame, message]));
  return file;
};

const measurePairs = async (
  bed: Bed,
  targets: readonly [Target, Target],
  bodyFile: string,
  answerBytes: number,
): Promise<readonly (readonly [Run, Run])[]> => {
  const once = (target: Target): Promise<Run> => measure(bed, target, bodyFile, answerBytes);
  for (let run = 0; run < WARM_UP_RUNS; run += 1) for (const target of targets) await once(target);
  const pairs: (readonly [Run, Run])[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) pairs.push([await once(targets[0]), await once(targets[1])]);
  return pairs;
};

const measure = async (bed: Bed, { name, address, path, process }: Target, bodyFile: string, answerBytes: number): Promise<Run> => {
  const before = await readCpu([process]);
  const options = { address, path, bodyFile, token: bed.token, connections: CONNECTIONS, callsPerConnection: CALLS_PER_CONNECTION };
  const result = await load({ ...options, calls: CALLS_PER_RUN });
  const seconds = usedBetween(before, await readCpu([process])).get(process.name);
  // An error is an answer without a message: it would be missing here.
  const perCall = result.answerBytes / CALLS_PER_RUN - FRAME_BYTES;
  assert(
    Math.abs(perCall - answerBytes) <= ANSWER_BYTES_MORE_OR_LESS,
    `${name} answered ${String(perCall)} bytes instead of ${String(answerBytes)}`,
  );
  return { ...result, cpuMicros: seconds === undefined ? undefined : (seconds / CALLS_PER_RUN) * MICROSECONDS_PER_SECOND };
};

const describeTarget = (name: string, runs: readonly Run[]): string => {
  const cpu = runs.map(({ cpuMicros }) => cpuMicros).filter(micros => micros !== undefined);
  const used = cpu.length === 0 ? 'not visible from here' : `${describeSpread(spreadOf(cpu), 1)} µs per call`;
  return `  ${name}: ${describeSpread(spreadOf(runs.map(({ callsPerSecond }) => callsPerSecond)), 0)} calls/s, CPU of the server ${used}`;
};
