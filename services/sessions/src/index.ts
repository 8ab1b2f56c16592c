export { configurations, SessionsConfiguration } from './configuration.js';
export { startSessions, type RunningService } from './start.js';
