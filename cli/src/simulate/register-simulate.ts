import type { Command } from 'commander';
import { simulateCapacityLine } from './capacity/scenario.js';
import { simulateEntitlementsLine } from './entitlements/scenario.js';
import { answerLines } from './lines.js';
import { simulateReconciliationLine } from './reconciliation/scenario.js';
import { simulateSessionsLine } from './sessions/scenario.js';

/** Adds `drawdown simulate <domain>`: what-if scenarios as JSON Lines, from standard input to standard output, without any server. */
export const registerSimulate = (program: Command): void => {
  const simulate = program
    .command('simulate')
    .description('answer what-if scenarios, one JSON object per line, from the pure domain alone');
  simulate
    .command('entitlements')
    .description('grants, balances, usage periods and calendars')
    .action(() => answerLines(process.stdin, process.stdout, simulateEntitlementsLine));
  simulate
    .command('capacity')
    .description('prepaid pools, workloads, prices and reservations')
    .action(() => answerLines(process.stdin, process.stdout, simulateCapacityLine));
  simulate
    .command('sessions')
    .description('hits, pings and ticks: which sessions come out of them')
    .action(() => answerLines(process.stdin, process.stdout, simulateSessionsLine));
  simulate
    .command('reconciliation')
    .description('resources, their attempts, informers and passes, and the goal-state engine')
    .action(() => answerLines(process.stdin, process.stdout, simulateReconciliationLine));
};
