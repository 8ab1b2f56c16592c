import { Module, type DynamicModule } from '@nestjs/common';
import { HitsController } from './controllers/hits.controller.js';
import { OperationsController } from './controllers/operations.controller.js';
import { PropertiesController } from './controllers/properties.controller.js';
import { SessionCommandsController } from './controllers/session-commands.controller.js';
import { SessionsController } from './controllers/sessions.controller.js';
import { HitsApi, type HitsApiOptions } from './hits-api.js';
import { OperationsApi, type OperationsApiOptions } from './operations-api.js';
import { PropertiesApi, type PropertiesApiOptions } from './properties-api.js';
import { SessionsApi, type SessionsApiOptions } from './sessions-api.js';

/** What the controllers speak to; made before and given in. */
export interface EdgeParts {
  readonly properties: PropertiesApiOptions;
  readonly hits: HitsApiOptions;
  readonly sessions: Omit<SessionsApiOptions, 'properties'>;
  readonly operations: OperationsApiOptions;
}

/** The controllers of the service. */
@Module({
  controllers: [HitsController, OperationsController, PropertiesController, SessionCommandsController, SessionsController],
})
export class SessionsModule {
  static with({ properties, hits, sessions, operations }: EdgeParts): DynamicModule {
    const propertiesApi = new PropertiesApi(properties);
    return {
      module: SessionsModule,
      providers: [
        { provide: PropertiesApi, useValue: propertiesApi },
        { provide: HitsApi, useValue: new HitsApi(hits) },
        { provide: SessionsApi, useValue: new SessionsApi({ ...sessions, properties: propertiesApi }) },
        { provide: OperationsApi, useValue: new OperationsApi(operations) },
      ],
    };
  }
}
