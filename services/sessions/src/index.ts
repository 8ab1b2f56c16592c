export { configurations } from './configuration.js';
