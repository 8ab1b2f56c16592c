import { IsMessages, IsText } from '@drawdown/grpc';
import { HITS_PER_REQUEST_MAX } from '../limits.js';

const LANE_BYTES_MAX = 64;

/** Its hits are checked one by one, so that a bad one does not refuse the others. */
export class PublishHitsBody {
  @IsMessages(() => AnyHitBody, 1, HITS_PER_REQUEST_MAX) readonly hits!: readonly AnyHitBody[];
  @IsText(LANE_BYTES_MAX) readonly lane!: string;
}

class AnyHitBody {}

export class CompleteImportBody {
  @IsText(LANE_BYTES_MAX, 1) readonly lane!: string;
}
