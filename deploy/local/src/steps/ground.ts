import { createDevelopmentIdentity } from '../identity/development-identity.js';
import { obtainServers } from '../servers/all.js';
import type { Step } from './step.js';

/** The servers that the services need. */
export const serversStep: Step = {
  title: 'servers',
  run: async stage => {
    const { variables, failed } = await obtainServers(stage.launch, ['nats', 'mongodb', 'redis']);
    Object.assign(stage.variables, variables);
    stage.failures.push(failed);
  },
};

/** A key that this launch alone signs with; services accept no token without it. */
export const identityStep: Step = {
  title: 'development identity',
  run: async stage => {
    const identity = await createDevelopmentIdentity(stage.launch.runFolder);
    stage.identity = identity;
    stage.variables['DRAWDOWN_JWKS_FILE'] = identity.jwksFile;
  },
};
