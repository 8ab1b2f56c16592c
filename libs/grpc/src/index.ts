export { identityMatrix, type IdentityOutcome, unacceptableTokens } from './conformance/identity-matrix.js';
export { type ErrorCodes, errorCodes } from './errors/error-codes.js';
export { ErrorFilter } from './errors/error-filter.js';
export { type ErrorDetails, readErrorDetails } from './errors/read-details.js';
export { ERROR_DOMAIN, type ReportIncident, STATUS_DETAILS_KEY, toServiceError } from './errors/status.js';
export type { Caller } from './identity/caller.js';
export { Identity, type IdentityOptions } from './identity/identity.js';
export { createIssuer, type Issuer, type TokenClaims } from './identity/issuer.js';
export { keysFromFile, keysFromSet, keysFromUrl } from './identity/key-source.js';
export { GRPC_LIMITS } from './limits.js';
export type { CallContext } from './server/call-context.js';
export { createGrpcServer, type GrpcServer, type GrpcServerOptions, type ServingStatus } from './server/create-grpc-server.js';
export type { ServiceDefinitions } from './server/drawdown-server.js';
export { Rpc, type RpcDeclaration, type RpcOptions } from './server/rpc.js';
export type { RequestClass } from './validation/compile.js';
export {
  AtMostOneOf,
  ExactlyOneOf,
  IsBytes,
  IsEnumValue,
  IsId,
  IsInstant,
  IsIntegerBetween,
  IsInterval,
  IsKey,
  IsKeys,
  IsLabels,
  IsMessage,
  IsMessages,
  IsMinPosition,
  IsOneOf,
  IsOptionalField,
  IsOptionalInstant,
  IsOptionalKey,
  IsOptionalMessage,
  IsOptionalQuantity,
  IsPageSize,
  IsPageToken,
  IsQuantity,
  IsRequestId,
  IsSignedQuantity,
  IsText,
} from './validation/decorators.js';
export { requestValidator } from './validation/validator.js';
