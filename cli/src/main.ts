#!/usr/bin/env node
import { Command } from 'commander';
import { registerSimulate } from './simulate/register-simulate.js';

const program = new Command('drawdown').description('Meters and limits the use of things').showHelpAfterError();
registerSimulate(program);
await program.parseAsync();
