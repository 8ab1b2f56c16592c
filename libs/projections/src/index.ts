export { PAGE_DOCUMENTS_MAX, ProjectionCollection, type PageRequest } from './collection.js';
export { CurrentReadModel, type CurrentReadModelOptions } from './current-read-model.js';
export { GenerationSuperseded, ProjectionMissing, ProjectionUnavailable } from './faults.js';
export { followReadModel, type Following, type FollowOptions, type ReadModelChange } from './follow.js';
export { IdIndex, type IdIndexOptions, type Maintained } from './id-index/id-index.js';
export { HASH_CHARACTERS, INDEX_MAX, SEQUENCE_MAX, type HashKey, type Place } from './id-index/place.js';
export { idIndexCollection, type SegmentDocument } from './id-index/segment.js';
export { SegmentCache } from './id-index/segment-cache.js';
export type { PointerDocument, RetiredGeneration } from './pointer.js';
export { ReadModel, type ReadModelDeclaration, type ReadModelOptions } from './read-model.js';
export { rebuildReadModel, type RebuildProgress } from './rebuild.js';
export {
  projectionWrite,
  type CollectionDeclaration,
  type FlushResult,
  type IndexDeclaration,
  type ProjectedDocument,
  type ProjectionWrite,
  type RefusedBecause,
  type RefusedWrite,
  type Stamp,
  type StoredCollection,
  type Watermark,
} from './types.js';
export { Watermarks } from './watermarks.js';
