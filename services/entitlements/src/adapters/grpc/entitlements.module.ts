import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { AccessController, BalancesController, EntitlementsController, GrantsController } from './controllers/customer.controllers.js';
import { CatalogController } from './controllers/catalog.controller.js';
import { OperationsController } from './controllers/operations.controller.js';
import { UsageController } from './controllers/usage.controller.js';

/** The controllers of the service; what they speak to is made before and given in. */
@Module({
  controllers: [
    AccessController,
    BalancesController,
    CatalogController,
    EntitlementsController,
    GrantsController,
    OperationsController,
    UsageController,
  ],
})
export class EntitlementsModule {
  static with(providers: Provider[]): DynamicModule {
    return { module: EntitlementsModule, providers };
  }
}
