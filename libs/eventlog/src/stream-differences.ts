import { PersistMode, type StreamConfig } from '@nats-io/jetstream';
import type { WantedConfig } from './stream-config.js';

export interface Difference {
  /** The server's name of the setting. */
  readonly field: string;
  readonly declared: string;
  readonly found: string;
}

/** Settings that would weaken any stream of ours, whatever its row in the table. */
const NEVER: readonly (keyof StreamConfig)[] = ['mirror', 'sources', 'subject_delete_marker_ttl'];

/** Where a stream on the server is other than wanted. More replicas than wanted are welcome; metadata and descriptions do not matter. */
export const differences = (wanted: WantedConfig, found: StreamConfig): readonly Difference[] => {
  const asked = (Object.keys(wanted) as (keyof StreamConfig)[])
    .filter(field => !isMet(field, wanted[field], found[field]))
    .map(field => difference(field, wanted[field], found[field]));
  const unasked = [...NEVER, ...(wanted.subject_transform === undefined ? (['subject_transform'] as const) : [])]
    .filter(field => !isEmpty(found[field]))
    .map(field => difference(field, undefined, found[field]));
  const unsafe = found.persist_mode === PersistMode.Async ? [difference('persist_mode', PersistMode.Default, found.persist_mode)] : [];
  return [...asked, ...unasked, ...unsafe];
};

const isMet = (field: keyof StreamConfig, wanted: unknown, found: unknown): boolean => {
  if (field === 'num_replicas') return Number(found) >= Number(wanted);
  if (isEmpty(wanted)) return isEmpty(found);
  return canonical(wanted) === canonical(found);
};

/** The server leaves out what is false, zero or empty. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === false || value === 0 || value === '' || (Array.isArray(value) && value.length === 0);

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return JSON.stringify([...(value as unknown[])].sort());
  if (typeof value === 'object' && value !== null)
    return JSON.stringify(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
  return JSON.stringify(value);
};

const difference = (field: keyof StreamConfig, declared: unknown, found: unknown): Difference => ({
  field,
  declared: JSON.stringify(declared) ?? 'absent',
  found: JSON.stringify(found) ?? 'absent',
});
