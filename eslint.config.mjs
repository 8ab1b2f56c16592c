import tseslint from 'typescript-eslint';

const SERVICES = ['@drawdown/entitlements', '@drawdown/sessions', '@drawdown/capacity', '@drawdown/reconciliation'];
const FRAMEWORKS_AND_SERVERS = ['@nestjs/*', 'rxjs', 'mongodb', 'ioredis', '@nats-io/*', '@grpc/*', 'class-validator', 'class-transformer'];

/** Imports that a layer must not make, each with the reason that the reader of the message needs. */
const mayNotImport = groups => ({
  'no-restricted-imports': ['error', { patterns: groups.map(([group, message]) => ({ group, message })) }],
});

const outward = (...layers) => [
  layers.flatMap(layer => [`**/${layer}/**`]),
  'Imports run one way: domain <- application <- adapters <- main.',
];
const noDeepImports = [
  ['@drawdown/*/*', '!@drawdown/proto/*', ...SERVICES.map(name => `!${name}/domain`)],
  'Import a package by its name: its index says what is public.',
];
const noServices = [
  [...SERVICES, ...SERVICES.map(name => `${name}/*`)],
  'Libraries never import services, and services never import each other.',
];

/** A layer's tests may use what tests use. */
const TESTS = ['**/*.spec.ts', '**/test/**'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'proto/gen/**', '.drawdown/**', '**/*.mjs'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...mayNotImport([noDeepImports]),
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // A port is asynchronous for the sake of its slowest adapter; others may have nothing to await.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  { files: ['libs/**/*.ts', 'services/**/*.ts'], ignores: TESTS, rules: mayNotImport([noDeepImports, noServices]) },
  {
    files: ['services/*/src/domain/**/*.ts'],
    ignores: TESTS,
    rules: {
      ...mayNotImport([
        outward('application', 'adapters'),
        [[...FRAMEWORKS_AND_SERVERS, 'node:*', '!node:crypto'], 'The domain is pure: no framework, no I/O; of Node only its hashes.'],
        [
          ['@drawdown/*', '!@drawdown/errors', '!@drawdown/quantity', '!@drawdown/calendar', '!@drawdown/cloudevents'],
          'The domain knows errors and value objects only.',
        ],
      ]),
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The domain has no clock: time comes in the command.' },
        { object: 'Math', property: 'random', message: 'The domain is deterministic.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'The domain has no clock: time comes in the command.',
        },
      ],
    },
  },
  {
    files: ['services/*/src/application/**/*.ts'],
    ignores: TESTS,
    rules: mayNotImport([
      noDeepImports,
      noServices,
      outward('adapters'),
      [FRAMEWORKS_AND_SERVERS, 'The application layer speaks to servers through its ports.'],
    ]),
  },
);
