import type { Launch } from '../launch.js';

/**
 * What `npm start`, `npm test` and the like do. Resolves with the exit code; the launch is ended afterwards,
 * whatever became of it. `interrupted` settles when the user asks to stop.
 */
export type Command = (launch: Launch, words: readonly string[], interrupted: Promise<void>) => Promise<number>;
