/** Scripts of hits, pings and ticks, as `drawdown simulate sessions` reads them and as the vectors are written. */
export interface ScenarioHit {
  readonly id: string;
  readonly clientId: string;
  readonly receivedAt: number;
  readonly propertyId?: string;
  readonly sessionStamp?: string | null;
  readonly ip?: string;
  readonly requestSeq?: number;
  readonly userId?: string | null;
  readonly campaign?: string | null;
}

export type ScenarioStep =
  | { readonly hits: readonly ScenarioHit[]; readonly headers?: Readonly<Record<string, string>> }
  | { readonly ping: number }
  | { readonly tick: number }
  | { readonly settle: true }
  | { readonly drain: true }
  | { readonly restart: true }
  | { readonly deliver: number };

export interface ScenarioSettings {
  readonly sessionDurationMs: number;
  readonly tickMs?: number;
  readonly isolation?: 'none' | 'property';
  readonly joinByUserId?: boolean;
  readonly hardCapHits?: number;
  readonly hardCapMs?: number;
  readonly properties?: Readonly<Record<string, { readonly sessionDurationMs?: number }>>;
  readonly split?: {
    readonly inactivity?: boolean;
    readonly maxSinceFirstEventMs?: number;
    readonly maxEvents?: number;
    readonly userIdChange?: boolean;
    readonly campaignChange?: boolean;
  };
}

export interface Scenario {
  readonly mode: string;
  readonly settings: ScenarioSettings;
  readonly steps: readonly ScenarioStep[];
}

export const timeoutMsOf = ({ settings }: Scenario, propertyId: string): number =>
  settings.properties?.[propertyId]?.sessionDurationMs ?? settings.sessionDurationMs;

export const tickSecondsOf = ({ settings }: Scenario): number => Math.max(1, (settings.tickMs ?? 1_000) / 1_000);

/** What is compared of a close, before it is split. */
export interface ScenarioClose {
  readonly propertyId: string;
  readonly authoritativeClientId: string;
  readonly hits: readonly ScenarioHit[];
  readonly bucket: number | null;
  readonly step: number;
  readonly isCapped: boolean;
  readonly isLate: boolean;
}

export interface ScenarioResult {
  readonly closes: readonly ScenarioClose[];
  readonly open: readonly {
    readonly propertyId: string;
    readonly authoritativeClientId: string;
    readonly hits: readonly string[];
    readonly expiryBucket: number;
  }[];
  readonly outcomes: readonly string[];
  readonly nextBucket: number | null;
  readonly watermark: number | null;
}
