import { fileURLToPath } from 'node:url';
import { TestDeployment, type TestDeploymentOptions, type TestedService } from '@drawdown/testing';

const CAPACITY: TestedService = {
  program: fileURLToPath(new URL('../../dist/capacity/src/main.js', import.meta.url)),
  streams: ['capacity', 'deadletters'],
};

/** The capacity service on servers of its own. */
export const deployCapacity = (options: TestDeploymentOptions = {}): Promise<TestDeployment> => TestDeployment.create(CAPACITY, options);
