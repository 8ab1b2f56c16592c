import type { BucketIndex } from './aux-stores.js';

/** A binary heap of numbers, each once. Removed numbers stay in the heap until they come to its top. */
export class MemoryBucketIndex implements BucketIndex {
  private readonly heap: number[] = [];
  private readonly present = new Set<number>();
  private readonly inHeap = new Set<number>();

  add(bucket: number): void {
    if (this.present.has(bucket)) return;
    this.present.add(bucket);
    if (this.inHeap.has(bucket)) return;
    this.inHeap.add(bucket);
    this.rise(bucket);
  }

  first(): number | null {
    for (;;) {
      const top = this.heap[0];
      if (top === undefined) return null;
      if (this.present.has(top)) return top;
      this.inHeap.delete(top);
      this.dropTop();
    }
  }

  remove(bucket: number): void {
    this.present.delete(bucket);
  }

  private rise(bucket: number): void {
    const { heap } = this;
    let place = heap.push(bucket) - 1;
    while (place > 0) {
      const above = (place - 1) >>> 1;
      const parent = heap[above] ?? bucket;
      if (parent <= bucket) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = bucket;
  }

  private dropTop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const right = left + 1;
      const lower = (heap[right] ?? Number.POSITIVE_INFINITY) < (heap[left] ?? Number.POSITIVE_INFINITY) ? right : left;
      const child = heap[lower];
      if (child === undefined || child >= last) break;
      heap[place] = child;
      place = lower;
    }
    heap[place] = last;
  }
}
