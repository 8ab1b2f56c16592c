import { isFault, isRefusal } from '@drawdown/errors';
import type { CallContext } from '@drawdown/grpc';
import { BatchCheckAccessRequest, BatchCheckAccessResponse, type AccessCheck, type AccessResult } from '@drawdown/proto';
import type { OwnerCalls } from './owner/owner-calls.js';
import { checkAccess } from './owner/reads.js';
import type { OwnerRoute } from './owner/route.js';

/**
 * Checks of many customers at once: those whose partition is here are answered from memory, those of each other partition travel together.
 * One that fails does not fail the others.
 */
export class BatchAccess {
  /** The checks of one partition, at its owner. */
  readonly route: OwnerRoute<BatchCheckAccessRequest, BatchCheckAccessResponse>;

  constructor(private readonly calls: OwnerCalls) {
    this.route = {
      kind: 'owner',
      name: 'BatchCheckAccess',
      request: BatchCheckAccessRequest,
      response: BatchCheckAccessResponse,
      customerOf: ({ checks }) => checks[0]?.customer ?? '',
      answer: async (_owner, request, call) => ({
        results: await Promise.all(
          request.checks.map(check => resultOf(() => calls.readHere(checkAccess, { ...check, minPosition: request.minPosition }, call))),
        ),
      }),
    };
  }

  async check(request: BatchCheckAccessRequest, context: CallContext): Promise<BatchCheckAccessResponse> {
    const results = new Array<AccessResult>(request.checks.length);
    await Promise.all(
      [...this.#byPartition(request, context)].map(async ([partition, places]) => {
        const checks = places.map(place => request.checks[place]).filter(check => check !== undefined);
        const answered = await this.#checkPartition(partition, { ...request, checks }, context);
        places.forEach((place, index) => (results[place] = answered[index] ?? NO_RESULT));
      }),
    );
    return { results };
  }

  #byPartition({ checks }: BatchCheckAccessRequest, { caller }: CallContext): ReadonlyMap<number, readonly number[]> {
    const places = new Map<number, number[]>();
    for (const [place, { customer }] of checks.entries()) {
      const partition = this.calls.partitionOf(caller.namespace, customer);
      const list = places.get(partition);
      if (list === undefined) places.set(partition, [place]);
      else list.push(place);
    }
    return places;
  }

  /** When the owner is elsewhere and silent, each check is answered from the stored documents by itself. */
  async #checkPartition(partition: number, request: BatchCheckAccessRequest, context: CallContext): Promise<readonly AccessResult[]> {
    const one = (check: AccessCheck): Promise<AccessResult> =>
      resultOf(() => this.calls.read(checkAccess, { ...check, minPosition: request.minPosition }, context));
    if (this.calls.isHere(partition)) return Promise.all(request.checks.map(one));
    try {
      return (await this.calls.callPartition(partition, this.route, request, context)).results;
    } catch (error) {
      if (!isFault(error)) throw error;
      return Promise.all(request.checks.map(one));
    }
  }
}

const NO_RESULT: AccessResult = { result: undefined, freshness: undefined };

type Checked = Awaited<ReturnType<typeof checkAccess.answer>>;

const resultOf = async (check: () => Checked | Promise<Checked>): Promise<AccessResult> => {
  try {
    const { access, freshness } = await check();
    return { result: access === undefined ? undefined : { $case: 'access', value: access }, freshness };
  } catch (error) {
    if (!isRefusal(error) && !isFault(error)) throw error;
    const { reason, message, metadata } = error;
    return { result: { $case: 'error', value: { reason, message, field: '', metadata: { ...metadata } } }, freshness: undefined };
  }
};
