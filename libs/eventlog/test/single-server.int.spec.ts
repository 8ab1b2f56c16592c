import { aggregateContract } from './aggregate.contract.js';
import { eventLogContract } from './event-log.contract.js';
import { jetStreamSetup } from './jetstream.setup.js';

const open = async () => jetStreamSetup('DRAWDOWN_NATS_URL');

describe('event log on one server', () => eventLogContract(open));
describe('aggregate on one server', () => aggregateContract(open, { propertyRuns: 40 }));
