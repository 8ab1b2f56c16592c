import type { Collection, Filter, SortDirection } from 'mongodb';
import { ProjectionUnavailable } from './faults.js';
import type { ProjectedDocument } from './types.js';

/** Largest page and largest list of ids of one query: a list's largest page, and one more that tells whether another follows. */
export const PAGE_DOCUMENTS_MAX = 1_001;
const SCAN_DOCUMENTS_PER_FETCH = 500;

export interface PageRequest<T> {
  /** Fields in order of weight, none of them null in any document; `_id` ascending always comes last and makes the order total. */
  readonly sort: readonly { readonly field: keyof T & string; readonly direction: 1 | -1 }[];
  /** 1 to {@link PAGE_DOCUMENTS_MAX}. */
  readonly limit: number;
  /** Last document of the page before; only its sort fields and `_id` are used. */
  readonly after?: Partial<T>;
  /** Top-level fields left out of the answer, for instance large ones. */
  readonly omit?: readonly (keyof T & string)[];
}

/** The reading side of one collection of one generation. */
export class ProjectionCollection<T extends ProjectedDocument> {
  constructor(
    private readonly documents: Collection<T>,
    private readonly name: string,
  ) {}

  async find(id: string): Promise<T | undefined> {
    const found = await this.faulty(this.documents.findOne({ _id: id } as Filter<T>));
    return (found as T | null) ?? undefined;
  }

  /** The documents that exist among these ids, in no order. At most {@link PAGE_DOCUMENTS_MAX} ids. */
  async findByIds(ids: readonly string[]): Promise<T[]> {
    if (ids.length > PAGE_DOCUMENTS_MAX) throw new RangeError(`${ids.length} ids asked for, at most ${PAGE_DOCUMENTS_MAX} are answered`);
    return (await this.faulty(this.documents.find({ _id: { $in: ids } } as unknown as Filter<T>).toArray())) as T[];
  }

  async findMany(filter: Filter<T>, page: PageRequest<T>): Promise<T[]> {
    if (page.limit < 1 || page.limit > PAGE_DOCUMENTS_MAX)
      throw new RangeError(`limit ${page.limit} is not within 1–${PAGE_DOCUMENTS_MAX}`);
    const order: [string, SortDirection][] = [...page.sort.map(({ field, direction }): [string, 1 | -1] => [field, direction]), ['_id', 1]];
    const bounded = page.after === undefined ? filter : ({ $and: [filter, beyond(order, page.after)] } as Filter<T>);
    const projection = Object.fromEntries((page.omit ?? []).map(field => [field, 0]));
    const cursor = this.documents.find(bounded, { limit: page.limit, projection }).sort(order);
    return (await this.faulty(cursor.toArray())) as T[];
  }

  /** Every matching document by ascending id, a bounded number in memory: for audits and rebuilds. */
  async *scan(filter: Filter<T>, omit: readonly (keyof T & string)[] = []): AsyncIterable<T> {
    let page: T[] = [];
    do {
      const after = page.at(-1);
      page = await this.findMany(filter, { sort: [], limit: SCAN_DOCUMENTS_PER_FETCH, omit, ...(after === undefined ? {} : { after }) });
      yield* page;
    } while (page.length === SCAN_DOCUMENTS_PER_FETCH);
  }

  /** How many documents match. */
  async count(filter: Filter<T>): Promise<number> {
    return this.faulty(this.documents.countDocuments(filter));
  }

  private faulty<R>(call: Promise<R>): Promise<R> {
    return call.catch((error: unknown) => {
      throw new ProjectionUnavailable(`reading ${this.name}`, error);
    });
  }
}

/** The documents behind `after`: beyond it in the first field, or equal there and beyond it in the second, and so on. */
const beyond = (order: readonly [string, SortDirection][], after: Record<string, unknown>): Record<string, unknown> => ({
  $or: order.map(([field, direction], position) => ({
    ...Object.fromEntries(order.slice(0, position).map(([earlier]) => [earlier, after[earlier]])),
    [field]: { [direction === 1 ? '$gt' : '$lt']: after[field] },
  })),
});
