import { loadConfiguration } from '@drawdown/config';
import { JsonLogger, startTelemetry } from '@drawdown/telemetry';
import { SessionsConfiguration } from './configuration.js';
import { startSessions } from './start.js';

const SERVICE = 'drawdown-sessions';

const configuration = loadConfiguration(SessionsConfiguration, process.env);
const telemetry = await startTelemetry({
  serviceName: SERVICE,
  ...(configuration.metricsPort === undefined ? {} : { metricsPort: configuration.metricsPort }),
  ...(configuration.otlpEndpoint === undefined ? {} : { otlpEndpoint: configuration.otlpEndpoint }),
});
const logger = new JsonLogger({ service: SERVICE, level: configuration.logLevel });
const service = await startSessions(configuration, logger);
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
