/** What ingest wants announced on DRAWDOWN_SESSIONS; stays until it is acknowledged. */
export type Notice =
  | {
      readonly kind: 'opened';
      readonly id: string;
      readonly namespace: string;
      readonly propertyId: string;
      readonly sessionKey: string;
      readonly firstHitId: string;
      readonly startedAtMs: number;
      readonly expiresAtBucket: number;
    }
  | {
      readonly kind: 'merged';
      readonly id: string;
      readonly namespace: string;
      readonly propertyId: string;
      readonly sessionKey: string;
      readonly mergedSessionKey: string;
      readonly identifierType: string;
      readonly identifierHash: string;
      readonly atMs: number;
    }
  | {
      readonly kind: 'saturated';
      readonly id: string;
      readonly namespace: string;
      readonly propertyId: string;
      readonly identifierType: string;
      readonly identifierHash: string;
      readonly clients: number;
      readonly atMs: number;
    };
