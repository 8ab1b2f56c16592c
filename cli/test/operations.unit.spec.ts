import { operationsOf } from '../src/commands/operations-service.js';

describe('operations', () => {
  it('are called at the service that is named', () => {
    expect(Object.values({ ...operationsOf('sessions') }).filter(({ path }) => !path.startsWith('/drawdown.sessions.v1.'))).toEqual([]);
    expect(operationsOf('entitlements').rebuild.path).toBe('/drawdown.entitlements.v1.OperationsService/Rebuild');
  });
});
