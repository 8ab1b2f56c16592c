/** Who calls. The namespace comes from the token and from nowhere else: every RPC reads and writes in it only. */
export interface Caller {
  /** `sub` of the token; empty when it has none. */
  readonly subject: string;
  readonly namespace: string;
  readonly roles: ReadonlySet<string>;
}
