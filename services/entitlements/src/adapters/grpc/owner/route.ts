import type { View } from '../../../application/answers/view.js';
import type { PartitionOwner } from '../../../application/partition/partition-owner.js';

/** How messages of the contract cross the wire; ts-proto generates these. */
export interface Codec<M> {
  encode(message: M): { finish(): Uint8Array };
  decode(bytes: Uint8Array): M;
}

interface Route<Request, Response> {
  /** Unique among the routes; travels in a header. */
  readonly name: string;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
  /** Whose partition answers. */
  readonly customerOf: (request: Request) => string;
}

/** A question about one customer. The owner answers from memory; without an owner the stored documents do. */
export interface ReadRoute<Request, Response> extends Route<Request, Response> {
  readonly kind: 'read';
  readonly minPositionOf: (request: Request) => string;
  readonly answer: (view: View, request: Request) => Response;
}

/** Anything else that the owner alone does. */
export interface OwnerRoute<Request, Response> extends Route<Request, Response> {
  readonly kind: 'owner';
  readonly answer: (owner: PartitionOwner, request: Request, call: OwnerCall) => Promise<Response>;
}

export interface OwnerCall {
  readonly namespace: string;
  /** What the caller still waits, in milliseconds. */
  readonly remainingMs: () => number;
}
