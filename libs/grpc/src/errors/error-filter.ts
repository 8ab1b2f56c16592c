import { type ArgumentsHost, Catch } from '@nestjs/common';
import type { RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

import type { ErrorCodes } from './error-codes.js';
import { type ReportIncident, toServiceError } from './status.js';

/** The one filter: whatever a handler throws leaves as a rich gRPC status. */
@Catch()
export class ErrorFilter implements RpcExceptionFilter {
  constructor(
    private readonly codes: ErrorCodes,
    private readonly report: ReportIncident,
  ) {}

  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => toServiceError(error, this.codes, this.report));
  }
}
