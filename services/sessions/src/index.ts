export { RedisSessionStore } from './adapters/redis/redis-session-store.js';
export { HitRecords } from './application/ingest/hit-record.js';
export type { HitRecord, IngestCall, Wheel } from './application/store/session-store.js';
export { configurations, SessionsConfiguration } from './configuration.js';
export { startSessions, type RunningService } from './start.js';
