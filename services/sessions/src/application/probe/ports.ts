/** The newest probe session of a partition that can be read. */
export interface ReadableProbe {
  readonly sessionId: string;
  /** When its hit was sent. */
  readonly startedAtMs: number;
  /** Server's time of the publication that closed it. */
  readonly closedAtMs: number;
}

/** Asks what anybody would be answered from, not the memory of who wrote it. */
export interface ProbeReads {
  latest(partition: number): Promise<ReadableProbe | undefined>;
}

/** Probes in the streams. */
export interface ProbeLog {
  /** Sends one to a source partition; resolves when the log has it. */
  send(source: number, id: string, sentAtMs: number): Promise<void>;
  /** Removes what was published of the probes before the last one. */
  forgetOlder(state: number): Promise<void>;
}

/** A probe that came through, in milliseconds since it was sent. */
export interface ProbeDelays {
  /** Until its session was published as closed. */
  readonly closedMs: number;
  /** Until that could be read; as exact as it is looked for. */
  readonly readableMs: number;
}

/** How the last probes of a partition went, as its owner knows it. */
export interface ProbeStatus {
  /** When the last one that came through was sent, and how long it took; absent before the first. */
  readonly last?: ProbeDelays & { readonly sentAtMs: number };
  /** Since when one is on its way. */
  readonly waitingSinceMs?: number;
  /** Given up since this owner began. */
  readonly lost: number;
}

export interface ProbeObserver {
  readonly onThrough: (delays: ProbeDelays) => void;
  readonly onLost: () => void;
}
