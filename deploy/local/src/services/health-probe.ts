import { Client, credentials } from '@grpc/grpc-js';
import { Fault } from '@drawdown/errors';
import { LIMITS } from '../limits.js';

/** `grpc.health.v1.HealthCheckResponse` with nothing but `status: SERVING`: field 1, varint, 1. */
const SERVING = Buffer.from([0x08, 0x01]);

/**
 * Asks the standard health service of a gRPC server for the state of the whole server. Request and answer are two
 * bytes at most and never change, so no generated code is needed.
 * @throws Fault `NOT_READY`
 */
export const probeGrpcHealth = async (address: string): Promise<void> => {
  const client = new Client(address, credentials.createInsecure());
  try {
    await new Promise<void>((resolve, reject) => {
      client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        (request: Buffer) => request,
        answer => answer,
        Buffer.alloc(0),
        { deadline: Date.now() + LIMITS.probeMsMax },
        (error, answer) => {
          if (error !== null) reject(error);
          else if (answer?.equals(SERVING) === true) resolve();
          else reject(new Fault('NOT_READY', `${address} is not serving yet`));
        },
      );
    });
  } finally {
    client.close();
  }
};

/**
 * Asks an HTTP readiness address.
 * @throws Fault `NOT_READY` with what it answered
 */
export const probeHttp = async (url: string): Promise<void> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(LIMITS.probeMsMax) });
  if (!answer.ok) throw new Fault('NOT_READY', `${url} answers ${String(answer.status)}`);
};
