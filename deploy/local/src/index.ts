export { Launch } from './launch.js';
export type { LaunchOptions } from './launch.js';
export { main } from './main.js';
export { obtainServers } from './servers/all.js';
export type { ServerName, Servers } from './servers/all.js';
export { startNatsCluster } from './servers/nats-cluster.js';
export type { RunningServer } from './servers/server.js';
