/** What must outlive Redis of one source: without it nobody would notice that Redis lost something (sessions §12.5). */
export interface SourcePosition {
  /** Last stream sequence applied, by state partition. */
  readonly brought: ReadonlyMap<number, number>;
  /** Event time of lane `live` that the source had reached. */
  readonly watermarkMs: number | null;
  /** First stream sequence of each import that was not known to be over, so that a rebuild begins early enough. */
  readonly lanes: ReadonlyMap<string, number>;
  /** Noted under another incarnation of the stream: nothing of it counts, and everything is read again (design §3.17). */
  readonly isOutdated: boolean;
}

export const NO_POSITION: SourcePosition = { brought: new Map(), watermarkMs: null, lanes: new Map(), isOutdated: false };

/** What a rebuild makes of it: that nothing may be passed over, however long ago. */
export const OUTDATED_POSITION: SourcePosition = { ...NO_POSITION, watermarkMs: 0, isOutdated: true };

export interface SourcePositions {
  read(source: number): Promise<SourcePosition>;
  write(source: number, position: Omit<SourcePosition, 'isOutdated'>): Promise<void>;
}
