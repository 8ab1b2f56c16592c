import { Fault, Refusal } from '@drawdown/errors';

/** Thrown when the documents of a generation are gone while it is in use: open the read model again and fold from the beginning. */
export class ProjectionMissing extends Fault {
  override readonly name = 'ProjectionMissing';

  constructor(readModel: string, generation: string, what: string) {
    super('PROJECTION_MISSING', `${what} of read model ${readModel} is gone from generation ${generation}`, { readModel, generation });
  }
}

/** Thrown when the database answers anything but "stored" or "newer is there"; the same call may succeed later. */
export class ProjectionUnavailable extends Fault {
  override readonly name = 'ProjectionUnavailable';

  constructor(what: string, cause: unknown) {
    super('PROJECTION_UNAVAILABLE', `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {}, { cause });
  }
}

/** Thrown when a generation is to be read that is not the one being built: somebody else flipped or gave up first. */
export class GenerationSuperseded extends Refusal {
  override readonly name = 'GenerationSuperseded';

  constructor(readModel: string, generation: string) {
    super('GENERATION_SUPERSEDED', `generation ${generation} of read model ${readModel} is no longer the next one`, {
      readModel,
      generation,
    });
  }
}
