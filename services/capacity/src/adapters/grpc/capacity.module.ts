import { Module, type DynamicModule } from '@nestjs/common';
import type { CapacityCalls } from '../../application/calls.js';
import type { Seconds } from '../../domain/index.js';
import { BorrowingController } from './controllers/borrowing.controller.js';
import { FarmsController } from './controllers/farms.controller.js';
import { NodesController } from './controllers/nodes.controller.js';
import { OperationsController } from './controllers/operations.controller.js';
import { PartiesController } from './controllers/parties.controller.js';
import { PoolCapacityController } from './controllers/pool-capacity.controller.js';
import { PoolDrainController } from './controllers/pool-drain.controller.js';
import { PoolPlansController } from './controllers/pool-plans.controller.js';
import { PoolStructureController } from './controllers/pool-structure.controller.js';
import { PoolsController } from './controllers/pools.controller.js';
import { ReservationsController } from './controllers/reservations.controller.js';
import { WorkloadAdmissionsController } from './controllers/workload-admissions.controller.js';
import { WorkloadReportsController } from './controllers/workload-reports.controller.js';
import { EdgeCalls } from './edge-calls.js';
import { EdgePorts } from './edge-ports.js';
import type { CapacityOperations } from '../../application/operations/ports.js';
import type { CapacityQueries } from '../../application/queries/ports.js';
import type { PoolFlows, ReservationFlows, WorkloadFlows } from '../../application/flows/ports.js';

/** What the controllers speak to; made before and given in. */
export interface EdgeParts {
  readonly calls: CapacityCalls;
  readonly queries: CapacityQueries;
  readonly reservations: ReservationFlows;
  readonly pools: PoolFlows;
  readonly workloads: WorkloadFlows;
  readonly operations: CapacityOperations;
  /** By the stream's clock (design §3.16). */
  readonly nowSeconds: () => Seconds;
}

/** The controllers of the service. */
@Module({
  controllers: [
    BorrowingController,
    FarmsController,
    NodesController,
    OperationsController,
    PartiesController,
    PoolCapacityController,
    PoolDrainController,
    PoolPlansController,
    PoolStructureController,
    PoolsController,
    ReservationsController,
    WorkloadAdmissionsController,
    WorkloadReportsController,
  ],
})
export class CapacityModule {
  static with({ calls, queries, reservations, pools, workloads, operations, nowSeconds }: EdgeParts): DynamicModule {
    return {
      module: CapacityModule,
      providers: [
        { provide: EdgeCalls, useValue: new EdgeCalls(calls) },
        { provide: EdgePorts, useValue: new EdgePorts(queries, reservations, pools, workloads, operations, nowSeconds) },
      ],
    };
  }
}
