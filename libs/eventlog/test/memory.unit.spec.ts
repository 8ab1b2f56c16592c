import { aggregateContract } from './aggregate.contract.js';
import { eventLogContract } from './event-log.contract.js';
import { memorySetup } from './memory.setup.js';

describe('event log in memory', () => eventLogContract(memorySetup));
describe('aggregate on the log in memory', () => aggregateContract(memorySetup, { propertyRuns: 300 }));
