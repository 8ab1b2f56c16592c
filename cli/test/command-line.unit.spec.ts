import { Command } from 'commander';
import { EXIT, exitCodeOf } from '../src/exit-code.js';
import { registerSimulate } from '../src/index.js';

/** Runs the command line inside this process and answers its exit code. */
const run = async (...words: string[]): Promise<{ readonly code: number; readonly said: string }> => {
  const said: string[] = [];
  const write = (text: string): void => {
    said.push(text);
  };
  const program = new Command('drawdown').exitOverride().configureOutput({ writeOut: write, writeErr: write });
  registerSimulate(program);
  const before = process.exitCode;
  try {
    process.exitCode = EXIT.done;
    await program.parseAsync(words, { from: 'user' });
    return { code: Number(process.exitCode), said: said.join('') };
  } catch (error) {
    return { code: exitCodeOf(error), said: said.join('') };
  } finally {
    process.exitCode = before;
  }
};

describe('drawdown simulate', () => {
  it('tells wrong usage from failure', async () => {
    expect((await run('simulate', 'nothing')).code).toBe(EXIT.usage);
    expect((await run('simulate', 'entitlements', '--fast')).code).toBe(EXIT.usage);
  });

  it('knows its four domains', async () => {
    const { code, said } = await run('simulate', '--help');
    expect(code).toBe(EXIT.done);
    for (const domain of ['entitlements', 'capacity', 'sessions', 'reconciliation']) expect(said).toContain(domain);
  });
});
