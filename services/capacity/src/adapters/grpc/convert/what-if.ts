import type { WhatIfRequest } from '@drawdown/proto/capacity';
import type { Untimed } from '../../../application/aggregates/instructed.js';
import { ADMISSION_HORIZON_SECONDS, FORMULA_VERSION, HOLD_SECONDS, type PoolCommand, type Seconds } from '../../../domain/index.js';
import { fromApiAmounts } from './amounts.js';
import { fromApiPolicy } from './policies.js';
import { required } from './refuse.js';

/** Why things happen that do not happen. */
const CAUSE = 'what-if';

/** @throws Refusal `VALIDATION` */
export const fromApiWhatIf = (message: WhatIfRequest['command'], now: Seconds): Untimed<PoolCommand> => {
  const command = required(message, 'command');
  switch (command.$case) {
    case 'credit':
      return { type: 'credit', source: { cause: CAUSE }, amounts: fromApiAmounts(command.value), nodeIds: [] };
    case 'admit': {
      const { workloadId, rates, horizonSeconds } = command.value;
      return {
        type: 'hold',
        workloadId,
        rates: fromApiAmounts(rates),
        formulaVersion: FORMULA_VERSION,
        horizonSeconds: horizonSeconds === 0 ? ADMISSION_HORIZON_SECONDS : horizonSeconds,
        until: now + HOLD_SECONDS,
      };
    }
    case 'releaseWorkloadId':
      return { type: 'release', workloadId: command.value, cause: 'deleted' };
    case 'pause':
      return { type: 'pause', cause: CAUSE };
    case 'resume':
      return { type: 'resume', cause: CAUSE };
    case 'policy':
      return { type: 'set-policy', policy: fromApiPolicy(command.value) };
  }
};
