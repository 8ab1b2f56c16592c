import { once } from 'node:events';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';

/** A method that takes any bytes and gives the same answer every time. */
const METHOD = {
  path: '/bench.Echo/Echo',
  requestStream: false,
  responseStream: false,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
} as const;

/** Runs as a process of its own, which is told its answer in base64 and tells its port. */
const [answer = ''] = process.argv.slice(2);
const bytes = Buffer.from(answer, 'base64');
const server = new Server();
server.addService({ echo: METHOD }, { echo: (_call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) => reply(null, bytes) });
const port = await new Promise<number>((resolve, reject) => {
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error === null ? resolve(bound) : reject(error)));
});
process.send?.({ port });
await once(process, 'disconnect');
server.forceShutdown();
