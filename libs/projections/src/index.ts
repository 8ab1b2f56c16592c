export { PAGE_DOCUMENTS_MAX, ProjectionCollection, type PageRequest } from './collection.js';
export { GenerationSuperseded, ProjectionMissing, ProjectionUnavailable } from './faults.js';
export { followReadModel, type Following, type FollowOptions, type ReadModelChange } from './follow.js';
export type { PointerDocument, RetiredGeneration } from './pointer.js';
export { ReadModel, type ReadModelDeclaration, type ReadModelOptions } from './read-model.js';
export type {
  CollectionDeclaration,
  FlushResult,
  IndexDeclaration,
  ProjectedDocument,
  ProjectionWrite,
  RefusedBecause,
  RefusedWrite,
  Stamp,
  Watermark,
} from './types.js';
export { Watermarks } from './watermarks.js';
