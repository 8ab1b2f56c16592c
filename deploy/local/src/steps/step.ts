import type { DevelopmentIdentity } from '../identity/development-identity.js';
import type { Launch } from '../launch.js';

/** What the steps of `npm start` leave for those after them. */
export interface Stage {
  readonly launch: Launch;
  /** Goes into the environment of every service. */
  readonly variables: Record<string, string>;
  /** Each settles with a sentence when something that was started has ended without being asked. */
  readonly failures: Promise<string>[];
  /** Where each service answers gRPC, `host:port`. */
  readonly addresses: Map<string, string>;
  identity?: DevelopmentIdentity;
}

export interface Step {
  /** What it does, for messages. */
  readonly title: string;
  run(stage: Stage): Promise<void>;
}
