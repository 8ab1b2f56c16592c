// Nest 12 is ESM only, so Jest runs in ESM mode (NODE_OPTIONS=--experimental-vm-modules, set by the scripts that call it).
// Workspaces are resolved to their sources by the export condition "drawdown:source": tests need no build.
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['drawdown:source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // A bound for what hangs, not for what is slow: the machine may be busy with everything else.
  testTimeout: 180_000,
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
};
