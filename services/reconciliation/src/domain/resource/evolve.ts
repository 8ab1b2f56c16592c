import type { ResourceEvent } from './events.js';
import { OWN_VERSION, type Resource, type ResourceRecord } from './record.js';

/**
 * The record after an event that was appended with a sequence. A message that is not newer than the record changes nothing: it has been
 * seen, or was overtaken (reconciliation §15.5).
 */
export const evolve = (state: Resource, event: ResourceEvent, version: number): Resource => {
  if (state !== undefined && version <= state.version) return state;
  return event.record === undefined ? undefined : stamp(event.record, version);
};

const stamp = (record: ResourceRecord, version: number): ResourceRecord => {
  const own = <Named extends object, Name extends keyof Named>(named: Named, name: Name): Named =>
    named[name] === OWN_VERSION ? { ...named, [name]: version } : named;
  return {
    ...record,
    version,
    lease: record.lease && own(record.lease, 'token'),
    commands: record.commands.map(command => own(command, 'version')),
  };
};
