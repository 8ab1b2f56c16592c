import { RedisSessionStore } from '@drawdown/sessions';
import { onLaunch } from '../bed/bed.js';
import { describeMachine } from '../bed/circumstances.js';
import { addCpu, describeCpu, readCpu, usedBetween, type CpuSeconds } from '../bed/cpu-time.js';
import { startOwnRedis, withoutForeignRedis } from '../hits/own-redis.js';
import { describeSpread, spreadOf } from '../pairs.js';
import { workloads, type Workload } from '../sessions-portable/workloads.js';
import { runOnRedis, type Run } from './engine.js';

const RUNS = 3;
const MS_PER_SECOND = 1_000;

interface FileBacked {
  /** Hits per second, closing included. */
  readonly everythingOnDisk: number;
  readonly handlingOnDisk: number;
}

/** The reference with stores in files on a disk: its later line, one transaction and one sync per batch. Of another machine of this class. */
const REFERENCE: Readonly<Record<Workload['name'], FileBacked>> = {
  a: { handlingOnDisk: 11_700, everythingOnDisk: 4_800 },
  b: { handlingOnDisk: 12_300, everythingOnDisk: 5_300 },
  c1: { handlingOnDisk: 30_000, everythingOnDisk: 7_800 },
  c2: { handlingOnDisk: 42_300, everythingOnDisk: 8_600 },
};

/** `npm run bench -- sessions-redis`: the baseline's workloads on the Redis engine with the server syncing always, one call after the other. */
export const runSessionsRedis = (): Promise<void> =>
  onLaunch(withoutForeignRedis(process.env), async launch => {
    const own = await startOwnRedis(launch);
    const store = await RedisSessionStore.open(own.redis, { durability: { kind: 'aof' } });
    const processes = [own.process, { name: 'caller', pid: process.pid }];
    launch.say(
      `\n${describeMachine()}\n${await own.describe()}; tasks of 100 hits, bodies empty, ${String(RUNS)} runs after one to warm up`,
    );
    for (const workload of workloads(0)) {
      const tasks = workload.makeTasks();
      await own.redis.flushall();
      await runOnRedis(store, 0, workload, tasks);
      const runs: Run[] = [];
      let cpu: CpuSeconds = new Map();
      while (runs.length < RUNS) {
        const before = await readCpu(processes);
        runs.push(await runOnRedis(store, runs.length + 1, workload, tasks));
        cpu = addCpu(cpu, usedBetween(before, await readCpu(processes)));
      }
      launch.say(describeRuns(workload, runs, cpu));
    }
    launch.say(describeMachine());
  });

const describeRuns = ({ name, about, end, ticksBetween }: Workload, runs: readonly Run[], cpu: CpuSeconds): string => {
  const reference = REFERENCE[name];
  const perSecond = (count: number, msOf: (run: Run) => number): string =>
    describeSpread(spreadOf(runs.map(run => (count / msOf(run)) * MS_PER_SECOND)), 0);
  const [first] = runs;
  return [
    `${name} ${about}: ${String(first?.sessions)} sessions, ${String(first?.joins)} joins`,
    `  handling ${perSecond(end.hits, ({ handlingMs }) => handlingMs)} hits/s (reference on disk ${String(reference.handlingOnDisk)})` +
      (ticksBetween ? '' : `, final close ${perSecond(end.sessions, ({ finalCloseMs }) => finalCloseMs)} sessions/s`),
    `  everything ${perSecond(end.hits, ({ handlingMs, finalCloseMs }) => handlingMs + finalCloseMs)} hits/s (reference on disk ${String(reference.everythingOnDisk)})`,
    `  CPU: ${describeCpu(cpu, runs.length * end.hits, 'hit')}`,
  ].join('\n');
};
