export { registries } from './adapters/wire/registries.js';
export { CapacityConfiguration, configurations } from './configuration.js';
export { startCapacity, type RunningService } from './start.js';
