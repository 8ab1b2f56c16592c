export { connectMongo } from './mongodb.js';
export { connectNats, openClock, verificationOf } from './nats.js';
export { replicaName } from './replica.js';
