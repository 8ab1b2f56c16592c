import { loadConfiguration } from '@drawdown/config';
import { JsonLogger, startTelemetry } from '@drawdown/telemetry';
import { CapacityConfiguration } from './configuration.js';
import { startCapacity } from './start.js';

const SERVICE = 'drawdown-capacity';

const configuration = loadConfiguration(CapacityConfiguration, process.env);
const telemetry = await startTelemetry({
  serviceName: SERVICE,
  ...(configuration.metricsPort === undefined ? {} : { metricsPort: configuration.metricsPort }),
  ...(configuration.otlpEndpoint === undefined ? {} : { otlpEndpoint: configuration.otlpEndpoint }),
});
const logger = new JsonLogger({ service: SERVICE, level: configuration.logLevel });
const service = await startCapacity(configuration, logger);
logger.log('serving', { port: service.port });

let stopping: Promise<void> | undefined;
const stop = (signal: string): void => {
  stopping ??= (async () => {
    logger.log('stopping', { signal });
    await service.stop();
    await telemetry.stop();
    process.exit(0);
  })();
};
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGINT', () => stop('SIGINT'));
