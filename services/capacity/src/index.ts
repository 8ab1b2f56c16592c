export { CapacityConfiguration, configurations } from './configuration.js';
export { startCapacity, type RunningService } from './start.js';
