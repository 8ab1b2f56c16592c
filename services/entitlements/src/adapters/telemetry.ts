import { Attributes, counter, Metrics } from '@drawdown/telemetry';
import type { UsageObserver } from '../application/usage/usage-observer.js';

/** Counts what becomes of usage. */
export const usageObserver = (): UsageObserver => {
  const effects = counter(Metrics.usageEffects, 'Usage events by what became of them');
  const known = new Map<string, Readonly<Record<string, string>>>();
  return {
    onEffect: (effect, namespace) => {
      const key = `${effect} ${namespace}`;
      let attributes = known.get(key);
      if (attributes === undefined) known.set(key, (attributes = { [Attributes.reason]: effect, [Attributes.namespace]: namespace }));
      effects.add(1, attributes);
    },
  };
};
