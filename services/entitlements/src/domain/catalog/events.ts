import type { Feature, Meter } from './meter.js';

export interface MeterCreated {
  readonly type: 'meter-created';
  readonly meter: Meter;
}

/** Names its meter; an entitlement embeds both as they are when it is created (design §4.6). */
export interface FeatureCreated {
  readonly type: 'feature-created';
  readonly feature: Feature;
}

export interface FeatureArchived {
  readonly type: 'feature-archived';
  readonly key: string;
}

/** A message that breaks our own code is passed over by every fold from now on (design §4.10). */
export interface MessageSetAside {
  readonly type: 'message-set-aside';
  readonly stream: string;
  readonly sequence: number;
  readonly reason: string;
}

export interface MessageTakenBack {
  readonly type: 'message-taken-back';
  readonly stream: string;
  readonly sequence: number;
}

export type CatalogEvent = MeterCreated | FeatureCreated | FeatureArchived | MessageSetAside | MessageTakenBack;
