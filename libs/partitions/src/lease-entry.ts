/** Keys of one context in the bucket of leases: `<context>.<NN>` and `<context>.member.<replica>` (design §3.9). */
export class LeaseKeys {
  constructor(readonly context: string) {}

  get all(): string {
    return `${this.context}.>`;
  }

  partition(partition: number): string {
    return `${this.context}.${partition}`;
  }

  member(replica: string): string {
    return `${this.context}.member.${replica}`;
  }

  parse(key: string): { readonly partition: number } | { readonly member: string } | undefined {
    const [context, second, third] = key.split('.');
    if (context !== this.context || second === undefined) return undefined;
    if (second === 'member') return third === undefined ? undefined : { member: third };
    return /^\d+$/.test(second) ? { partition: Number(second) } : undefined;
  }
}

/** What a lease's value says; the epoch is absent in the entry that created it, whose revision *is* the epoch. */
export interface LeaseValue {
  readonly replica: string;
  /** One start of a replica: a restarted one with the same name is somebody else. */
  readonly instance: string;
  /** Incarnation of the bucket in which the epoch counts (design §3.17). */
  readonly incarnation: string;
  readonly epoch?: number;
}

export const encodeLeaseValue = (value: LeaseValue): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Undefined for anything that is not ours; such an entry blocks its key until it expires and is otherwise ignored. */
export const decodeLeaseValue = (data: Uint8Array): LeaseValue | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(data));
    return isLeaseValue(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isLeaseValue = (value: unknown): value is LeaseValue =>
  typeof value === 'object' &&
  value !== null &&
  'replica' in value &&
  typeof value.replica === 'string' &&
  'instance' in value &&
  typeof value.instance === 'string' &&
  'incarnation' in value &&
  typeof value.incarnation === 'string' &&
  (!('epoch' in value) || typeof value.epoch === 'number');
