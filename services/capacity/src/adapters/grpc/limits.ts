/** Workloads of one `AdmitWorkloads`. */
export const ADMISSIONS_PER_BATCH_MAX = 100;
/** Reports of one `StreamReports` that are worked on at once; the stream is read no faster. */
export const REPORTS_UNDER_WAY_MAX = 256;
/** Nodes that one request names. */
export const NODES_PER_REQUEST_MAX = 1_000;
/** Workloads that one request names: as many as a pool is sure to hold. */
export const WORKLOADS_PER_REQUEST_MAX = 10_000;
/** Changes of one plan. */
export const PLAN_CHANGES_MAX = 1_000;
/** Why something is done, for people. */
export const CAUSE_BYTES_MAX = 512;
/** A text that was signed. */
export const SIGNED_TEXT_BYTES_MAX = 65_536;
/** A signature or a key as hex digits, with room to be told apart from a right one by who checks it. */
export const HEX_BYTES_MAX = 1_024;
/** Ten years: no horizon, run or threshold is longer. */
export const PERIOD_SECONDS_MAX = 315_360_000;
/** A day: room is held no longer. */
export const HOLD_SECONDS_MAX = 86_400;
/** Second of 9999-12-31T23:59:59Z: no instant on the wire is later, but `never`. */
export const INSTANT_SECONDS_MAX = 253_402_300_799;
/** Pools of one answer of `ListOverdue`. */
export const OVERDUE_MAX = 1_000;
