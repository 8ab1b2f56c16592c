export { configurations, EntitlementsConfiguration } from './configuration.js';
export { startEntitlements, type RunningService } from './start.js';
