import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  PropertiesServiceService,
  PropertySettings,
  type CreatePropertyRequest,
  type CreatePropertyResponse,
  type GetPropertyRequest,
  type GetPropertyResponse,
  type ListPropertiesRequest,
  type ListPropertiesResponse,
  type UpdatePropertyRequest,
  type UpdatePropertyResponse,
} from '@drawdown/proto/sessions';
import { Controller } from '@nestjs/common';
import { withinField } from '../convert/field-path.js';
import { toApiProperty, toApiPropertyOf } from '../convert/properties.js';
import { required } from '../convert/refuse.js';
import { fromApiMask, fromApiSettings } from '../convert/settings.js';
import { decodePageToken, encodePageToken, isText, pageSizeOf } from '../paging.js';
import { PropertiesApi } from '../properties-api.js';
import { CreatePropertyBody, GetPropertyBody, ListPropertiesBody, UpdatePropertyBody } from '../requests/properties.js';

/** Properties and their settings (sessions §10.1): small aggregates that any replica may change, and every replica has in memory. */
@Controller()
export class PropertiesController {
  constructor(private readonly properties: PropertiesApi) {}

  @Rpc(PropertiesServiceService.createProperty, { request: CreatePropertyBody })
  async createProperty(request: CreatePropertyRequest, context: CallContext): Promise<CreatePropertyResponse> {
    const { propertyId } = request;
    const { bounds } = this.properties;
    return withinField('settings', async () => {
      const settings = fromApiSettings(request.settings ?? PropertySettings.create());
      const { state, position } = await this.properties.execute(
        { type: 'create-property', propertyId, settings, bounds },
        request,
        context,
      );
      return { property: toApiPropertyOf(state), position };
    });
  }

  @Rpc(PropertiesServiceService.updateProperty, { request: UpdatePropertyBody })
  async updateProperty(request: UpdatePropertyRequest, context: CallContext): Promise<UpdatePropertyResponse> {
    const { propertyId, expectedSettingsVersion: expectedVersion } = request;
    const { bounds } = this.properties;
    return withinField('settings', async () => {
      const fields = fromApiMask(request.updateMask ?? []);
      const settings = fromApiSettings(required(request.settings, 'settings'));
      const command = { type: 'change-settings', propertyId, settings, fields, expectedVersion, bounds } as const;
      const { state, position } = await this.properties.execute(command, request, context);
      return { property: toApiPropertyOf(state), position };
    });
  }

  @Rpc(PropertiesServiceService.getProperty, { request: GetPropertyBody })
  async getProperty({ propertyId, minPosition }: GetPropertyRequest, context: CallContext): Promise<GetPropertyResponse> {
    const { stored, position } = await this.properties.stored(propertyId, minPosition, context);
    return { property: toApiProperty(stored), position };
  }

  @Rpc(PropertiesServiceService.listProperties, { request: ListPropertiesBody })
  async listProperties(request: ListPropertiesRequest, context: CallContext): Promise<ListPropertiesResponse> {
    const after = decodePageToken(request.pageToken, isText);
    const { properties, position } = await this.properties.list(request.minPosition, context);
    const behind = after === undefined ? properties : properties.filter(({ property }) => property.propertyId > after);
    const page = behind.slice(0, pageSizeOf(request));
    const last = behind.length > page.length ? page.at(-1) : undefined;
    return {
      properties: page.map(toApiProperty),
      nextPageToken: last === undefined ? '' : encodePageToken(last.property.propertyId),
      position,
    };
  }
}
