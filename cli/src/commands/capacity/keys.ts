import type { Command } from 'commander';
import { createKeyFile, readSigner } from '../../capacity/signer.js';
import { printOne } from '../../output/output.js';
import { withOutput } from '../session.js';

/** Keys that parties sign with (capacity §6.3). They stay on this machine. */
export const registerKeys = (program: Command): void => {
  const keys = program.command('keys').description('keys to sign purchases and workloads with; they stay on this machine');
  keys
    .command('create')
    .description('make a key pair in a new file and say its public key')
    .argument('<file>', 'that is made, for your eyes only')
    .action((file: string, _options: unknown, command: Command) =>
      withOutput(command, async output => {
        const { publicKey } = await createKeyFile(file);
        printOne(output, { 'public key': publicKey }, { publicKey });
      }),
    );
  keys
    .command('show')
    .description('say the public key of a file')
    .argument('<file>', 'with a key pair')
    .action((file: string, _options: unknown, command: Command) =>
      withOutput(command, async output => {
        const { publicKey } = await readSigner(file);
        printOne(output, { 'public key': publicKey }, { publicKey });
      }),
    );
};
