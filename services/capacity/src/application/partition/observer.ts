/** Is told what happens in a partition. */
export interface OwnerObserver {
  /** Something due was recorded, so many milliseconds after its instant. */
  readonly kept: (lateMs: number) => void;
  /** A check failed and is tried again. */
  readonly checkFailed: (poolId: number, error: unknown) => void;
  /** What one aggregate owes another could not be done; it is tried again. */
  readonly owedFailed: (what: string, error: unknown) => void;
}
