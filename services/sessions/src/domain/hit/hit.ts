/** What a hit was made on; a property may give each a timeout of its own (sessions §15.7). */
export const PLATFORMS = ['web', 'app_foreground', 'app_background', 'tv'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Several values per name, as they came. */
export type ValueLists = Readonly<Record<string, readonly string[]>>;

/** One tracked request or event (sessions §2.1). Optional fields are absent, never empty. */
export interface Hit {
  /** Identity of the hit everywhere (D12). */
  readonly id: string;
  readonly namespace: string;
  readonly propertyId: string;
  /** Kept on the client: a cookie, a device id. */
  readonly clientId: string;
  readonly userId?: string;
  /** `session_start`, `session_end` and `keep_alive` also steer the session (sessions §15.5). */
  readonly eventName: string;
  /** Explicit stamp: probably the same visitor, whatever the client id (sessions §2.3). */
  readonly sessionStamp?: string;
  /** Session id that the client gave; hits with different ones are never in one session (sessions §15.5). */
  readonly clientSessionId?: string;
  readonly platform?: Platform;
  /** Empty when unknown. Masked at the edge, before stamps are made. */
  readonly ip: string;
  readonly host: string;
  readonly path: string;
  readonly method: string;
  /** Event time, milliseconds since 1970. */
  readonly receivedAtMs: number;
  /** Place in the request that brought it (D14); 0 in an import. */
  readonly requestSeq: number;
  readonly queryParams: ValueLists;
  readonly headers: ValueLists;
  readonly body: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}
