import { Command } from 'commander';
import { registerAccess } from './commands/access.js';
import { readSeconds } from './commands/arguments.js';
import { registerBalance } from './commands/balance.js';
import { registerFeatures, registerMeters } from './commands/catalog.js';
import { registerFarms } from './commands/capacity/farms.js';
import { registerKeys } from './commands/capacity/keys.js';
import { registerNodes } from './commands/capacity/nodes.js';
import { registerParties } from './commands/capacity/parties.js';
import { registerPools } from './commands/capacity/pools.js';
import { registerReservations } from './commands/capacity/reservations.js';
import { registerWorkloads } from './commands/capacity/workloads.js';
import { registerDeadLetters } from './commands/dead-letters.js';
import { registerEntitlements } from './commands/entitlements.js';
import { registerGrants } from './commands/grants.js';
import { registerOperations } from './commands/operations.js';
import { registerProperties } from './commands/properties.js';
import { registerPublish } from './commands/publish.js';
import { registerSessions } from './commands/sessions.js';
import { registerSimulate } from './simulate/register-simulate.js';

const EXIT_CODES = `
Exit codes: 0 done, 1 refused or failed, 2 not understood.
Without --address and --token-file (or DRAWDOWN_ADDRESS and DRAWDOWN_TOKEN_FILE) the service that \`npm start\` runs is used.`;

/** The whole command line (design §9a). */
export const createProgram = (): Command => {
  const program = new Command('drawdown')
    .description('Meters and limits the use of things')
    .option('--address <host:port>', 'gRPC address of the service')
    .option('--token-file <file>', 'file with the token to call it with')
    .option('--tls', 'encrypt the connection')
    .option('--timeout <seconds>', 'for one call with its repetitions', readSeconds)
    .option('--json', 'for programs: one JSON document, or one a line; quantities as text, instants as RFC 3339')
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    .showHelpAfterError();
  registerBalance(program);
  registerAccess(program);
  registerGrants(program);
  registerEntitlements(program);
  registerFeatures(program);
  registerMeters(program);
  registerProperties(program);
  registerSessions(program);
  registerPools(program);
  registerReservations(program);
  registerWorkloads(program);
  registerParties(program);
  registerNodes(program);
  registerFarms(program);
  registerKeys(program);
  registerPublish(program);
  registerDeadLetters(program);
  registerOperations(program);
  registerSimulate(program);
  return program;
};
