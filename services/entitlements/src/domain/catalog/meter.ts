/** How the events of a meter become a number (entitlements §13.3). Further aggregations come with their own arithmetic. */
export type Aggregation = 'SUM' | 'COUNT';

/** What is measured: which events, which value in them, and by which groups. Never edited once created. */
export interface Meter {
  /** Unique in its namespace. */
  readonly key: string;
  /** CloudEvents `type` of the events that it measures. */
  readonly eventType: string;
  readonly aggregation: Aggregation;
  /** JSONPath of one value in `data`; present for SUM, forbidden for COUNT. */
  readonly valuePath?: string;
  /** Group name → JSONPath; a missing value is the empty string. */
  readonly groupBy: Readonly<Record<string, string>>;
}

/** Something a customer may use. A metered one names its meter and, optionally, the group values that count. */
export interface Feature {
  readonly key: string;
  readonly name: string;
  readonly meterKey?: string;
  /** Group name → the values that count; groups not named count with every value. */
  readonly groupFilters: Readonly<Record<string, readonly string[]>>;
}
