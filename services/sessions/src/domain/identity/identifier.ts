/** An identifier that joins clients; `hash` is already scoped by property (D9, D15). */
export interface Identifier {
  readonly type: 'stamp' | 'user';
  readonly hash: string;
  /** Looked up, never created: yesterday's stamp (D20). A live owner of it owns `hash` too. */
  readonly alsoLookUp?: string;
}
