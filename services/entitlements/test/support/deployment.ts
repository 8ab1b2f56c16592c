import { fileURLToPath } from 'node:url';
import { TestDeployment, type TestDeploymentOptions } from '@drawdown/testing';

/** Streams, a database and replicas of the entitlements service, for one spec file. */
export const deployEntitlements = (options?: TestDeploymentOptions): Promise<TestDeployment> =>
  TestDeployment.create(
    {
      program: fileURLToPath(new URL('../../dist/entitlements/src/main.js', import.meta.url)),
      streams: ['usage', 'entitlements', 'deadletters'],
    },
    options,
  );
