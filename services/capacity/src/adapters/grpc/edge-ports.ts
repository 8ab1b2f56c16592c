import type { Seconds } from '../../domain/index.js';
import type { CapacityOperations } from '../../application/operations/ports.js';
import type { CapacityQueries } from '../../application/queries/ports.js';
import type { PoolFlows, ReservationFlows, WorkloadFlows } from '../../application/flows/ports.js';

/** What lies behind the edge, beside commands and questions about one aggregate. */
export class EdgePorts {
  constructor(
    readonly queries: CapacityQueries,
    readonly reservations: ReservationFlows,
    readonly pools: PoolFlows,
    readonly workloads: WorkloadFlows,
    readonly operations: CapacityOperations,
    /** By the stream's clock (design §3.16). */
    readonly nowSeconds: () => Seconds,
  ) {}
}
