import type { Wheel } from '../../application/store/session-store.js';

/** Keys of the slot of a state partition (sessions §12.2); the library builds the same from `partition`. */
export class Keys {
  constructor(private readonly prefix: string) {}

  /** Routes a call, and begins every key of the partition. */
  partition(state: number): string {
    return `${this.prefix}:{p${String(state)}}:`;
  }

  lane({ state, lane }: Wheel): string {
    return `${this.partition(state)}${laneToken(lane)}:`;
  }

  closing(wheel: Wheel, closeId: string): string {
    return `${this.lane(wheel)}cl:${closeId}`;
  }

  hits(wheel: Wheel, clientKey: string): string {
    return `${this.lane(wheel)}h:${clientKey}`;
  }

  segments(wheel: Wheel, clientKey: string): string {
    return `${this.lane(wheel)}c:${clientKey}`;
  }

  openBytes(wheel: Wheel): string {
    return `${this.lane(wheel)}ob`;
  }

  /** Open sessions of a property, by its token. */
  open(wheel: Wheel, property: string): string {
    return `${this.lane(wheel)}o:${property}`;
  }

  rebuild(state: number): string {
    return `${this.partition(state)}rebuild`;
  }

  positions(state: number): string {
    return `${this.partition(state)}pos`;
  }

  lanes(state: number): string {
    return `${this.partition(state)}lanes`;
  }
}

/** A lane's name comes from outside: it must not reach into the keys of another. */
export const laneToken = (lane: string): string => encodeURIComponent(lane);

export const laneOfToken = (token: string): string => decodeURIComponent(token);
