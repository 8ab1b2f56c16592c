export { mongodbUrl, TestDeployment, type ReplicaOptions, type TestDeploymentOptions, type TestedService } from './deployment.js';
export { eventually } from './eventually.js';
export { connectForTest, destroyForTest, provisionForTest, testPrefix } from './nats.js';
export { seededRandom } from './random.js';
export { mayBeRepeated, ServiceClient, type Method } from './service-client.js';
export { ServiceProcess, type LogEntry } from './service-process.js';
export { TcpGate } from './tcp-gate.js';
