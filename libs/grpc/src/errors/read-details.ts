import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { FieldViolation } from '@drawdown/errors';
import type { Metadata } from '@grpc/grpc-js';
import { Any, BadRequest, ErrorInfo } from 'nice-grpc-error-details';

import { STATUS_DETAILS_KEY } from './status.js';

/** What a client can learn from an error of ours. */
export interface ErrorDetails {
  /** Stable reason; empty when the status carried no details. */
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
}

const anysOf = (bytes: Uint8Array): Any[] => {
  const reader = new BinaryReader(bytes);
  const anys: Any[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 26) anys.push(Any.decode(reader.bytes()));
    else reader.skip(tag & 7);
  }
  return anys;
};

/** Reads the rich status out of the metadata of a client's `ServiceError`. */
export const readErrorDetails = (metadata: Metadata): ErrorDetails => {
  const [bytes] = metadata.get(STATUS_DETAILS_KEY);
  const anys = bytes instanceof Uint8Array ? anysOf(bytes) : [];
  const find = (type: string) => anys.find(({ typeUrl }) => typeUrl.endsWith(`/google.rpc.${type}`))?.value;
  const info = find('ErrorInfo');
  const bad = find('BadRequest');
  const { reason, metadata: values } = info === undefined ? { reason: '', metadata: {} } : ErrorInfo.decode(info);
  const violations = bad === undefined ? [] : BadRequest.decode(bad).fieldViolations;
  return { reason, metadata: values, violations: violations.map(({ field, description }) => ({ field, description })) };
};
