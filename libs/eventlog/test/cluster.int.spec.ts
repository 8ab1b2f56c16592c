import { aggregateContract } from './aggregate.contract.js';
import { eventLogContract } from './event-log.contract.js';
import { jetStreamSetup } from './jetstream.setup.js';

const open = async () => jetStreamSetup('DRAWDOWN_NATS_CLUSTER_URL');

describe('event log on a cluster of three', () => eventLogContract(open));
describe('aggregate on a cluster of three', () => aggregateContract(open, { propertyRuns: 15 }));
