/** What must outlive Redis of one source: without it nobody would notice that Redis lost something (sessions §12.5). */
export interface SourcePosition {
  /** Last stream sequence applied, by state partition. */
  readonly brought: ReadonlyMap<number, number>;
  /** Event time of lane `live` that the source had reached. */
  readonly watermarkMs: number | null;
  /** First stream sequence of each import that was not known to be over, so that a rebuild begins early enough. */
  readonly lanes: ReadonlyMap<string, number>;
}

export const NO_POSITION: SourcePosition = { brought: new Map(), watermarkMs: null, lanes: new Map() };

export interface SourcePositions {
  read(source: number): Promise<SourcePosition>;
  write(source: number, position: SourcePosition): Promise<void>;
}
