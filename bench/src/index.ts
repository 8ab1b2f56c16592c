export { runBurnDown } from './burn-down/run-burn-down.js';
