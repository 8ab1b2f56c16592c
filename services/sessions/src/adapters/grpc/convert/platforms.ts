import { Platform as ApiPlatform } from '@drawdown/proto/sessions';
import type { Platform } from '../../../domain/index.js';

const PLATFORMS = new Map<ApiPlatform, Platform>([
  [ApiPlatform.WEB, 'web'],
  [ApiPlatform.APP_FOREGROUND, 'app_foreground'],
  [ApiPlatform.APP_BACKGROUND, 'app_background'],
  [ApiPlatform.TV, 'tv'],
]);

export const fromApiPlatform = (platform: ApiPlatform): Platform | undefined => PLATFORMS.get(platform);

export const toApiPlatform = (platform: Platform): ApiPlatform =>
  [...PLATFORMS].find(([, known]) => known === platform)?.[0] ?? ApiPlatform.UNSPECIFIED;
