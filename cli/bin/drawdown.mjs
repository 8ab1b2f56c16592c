#!/usr/bin/env node
// Checked in, so that npm links the command in a clone that has not been built yet.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/src/main.js', import.meta.url);
if (existsSync(fileURLToPath(main))) {
  await import(main.href);
} else {
  process.stderr.write('drawdown is not built yet: run `npm run build` first (npm start does it by itself).\n');
  process.exitCode = 1;
}
