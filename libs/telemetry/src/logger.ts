import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';

import { currentSpanContext } from './traced.js';

/** Fields that never reach a log, wherever they are in the first three levels of an entry. */
const SECRET_FIELDS = ['token', 'authorization', 'password', 'secret', 'privateKey'];
const redactedPaths = SECRET_FIELDS.flatMap(field => [field, `*.${field}`, `*.*.${field}`]);

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LoggerOptions {
  /** Name of the service, in every entry as `service`. */
  readonly service: string;
  readonly level: LogLevel;
  /** @default standard output */
  readonly destination?: DestinationStream;
}

const traceIds = (): Record<string, string> => {
  const span = currentSpanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
};

const isText = (value: unknown): value is string => typeof value === 'string';

/**
 * JSON lines with the ids of the current trace, as Nest's logger: `app.useLogger(new JsonLogger(…))`.
 * pino is used directly: docs/decisions/0001-logging.md.
 */
export class JsonLogger implements LoggerService {
  readonly #pino: Logger;

  constructor(options: LoggerOptions) {
    const settings = {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      messageKey: 'message',
      mixin: traceIds,
      redact: { paths: redactedPaths, censor: '[not shown]' },
    };
    this.#pino = options.destination === undefined ? pino(settings) : pino(settings, options.destination);
  }

  log(message: unknown, ...optional: unknown[]): void {
    this.#write('info', message, optional);
  }

  warn(message: unknown, ...optional: unknown[]): void {
    this.#write('warn', message, optional);
  }

  error(message: unknown, ...optional: unknown[]): void {
    this.#write('error', message, optional);
  }

  fatal(message: unknown, ...optional: unknown[]): void {
    this.#write('fatal', message, optional);
  }

  debug(message: unknown, ...optional: unknown[]): void {
    this.#write('debug', message, optional);
  }

  verbose(message: unknown, ...optional: unknown[]): void {
    this.#write('trace', message, optional);
  }

  /**
   * Nest passes the context (a class name) as the last text, and for errors a stack before it; our own code passes an object of fields
   * or an error. All of them become fields of one entry.
   */
  #write(level: LogLevel, message: unknown, optional: readonly unknown[]): void {
    const fields: Record<string, unknown> = {};
    const texts = optional.filter(isText);
    const name = texts.at(-1);
    if (name !== undefined) fields['context'] = name;
    const stack = texts.length > 1 ? texts[0] : undefined;
    if (stack !== undefined) fields['stack'] = stack;
    for (const value of [message, ...optional]) {
      if (value instanceof Error) fields['err'] = value;
      else if (typeof value === 'object' && value !== null) Object.assign(fields, value);
    }
    this.#pino[level](fields, isText(message) ? message : message instanceof Error ? message.message : undefined);
  }
}
