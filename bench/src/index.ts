export { runBurnDown } from './burn-down/run-burn-down.js';
export { runCheck } from './check/run-check.js';
export { runIngest } from './ingest/run-ingest.js';
export { runPoolsMemory } from './pools-memory/run-pools-memory.js';
export { runSessionsPortable } from './sessions-portable/run-sessions-portable.js';
