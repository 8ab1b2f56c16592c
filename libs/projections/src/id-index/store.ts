import { Entries } from './entries.js';
import type { ReadModel } from '../read-model.js';
import { projectionWrite, type CollectionDeclaration, type ProjectionWrite, type Stamp } from '../types.js';
import { fromDbSegment, runOf, toDbSegment, type FilledSegment, type Run, type Segment, type SegmentDocument } from './segment.js';

/** The segments of one partition in the read model: the only place that knows their documents. */
export class SegmentStore {
  constructor(
    private readonly readModel: ReadModel,
    private readonly declaration: CollectionDeclaration<SegmentDocument>,
    private readonly partition: number,
  ) {}

  /** Every run without its entries: filters and ranges are enough to say "surely not". */
  async runs(): Promise<Run[]> {
    const byRun = new Map<string, Segment[]>();
    for await (const document of this.readModel.collection(this.declaration).scan({ partition: this.partition }, ['entries'])) {
      const segment = fromDbSegment(document);
      byRun.set(segment.run, [...(byRun.get(segment.run) ?? []), segment]);
    }
    return [...byRun.values()].map(runOf);
  }

  /** `undefined`: somebody merged or dropped the segment since the runs were read. */
  async entries(id: string): Promise<Entries | undefined> {
    const document = await this.readModel.collection(this.declaration).find(id);
    return document === undefined ? undefined : new Entries(new Uint8Array(document.entries.value()));
  }

  write(filled: FilledSegment): ProjectionWrite {
    return projectionWrite(this.declaration, toDbSegment(this.partition, filled));
  }

  async put(filled: FilledSegment, stamp: Stamp): Promise<void> {
    await this.readModel.flush([this.write(filled)], stamp);
  }

  async delete(segments: readonly Segment[]): Promise<void> {
    await this.readModel.deleteByIds(
      this.declaration,
      segments.map(segment => segment.id),
    );
  }
}
