export { simulateEntitlements, simulateEntitlementsLine } from './simulate/entitlements/scenario.js';
export { answerLines } from './simulate/lines.js';
export { registerSimulate } from './simulate/register-simulate.js';
