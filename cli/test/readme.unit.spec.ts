import { readFileSync } from 'node:fs';

const commandsOf = (page: string): string[] => {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
};

describe('README.md', () => {
  it('gives the commands of the quick start, which are run against a real service, and no others', () => {
    const [start, ...commands] = commandsOf('docs/quick-start.md');
    expect(start).toBe('npm start');
    expect(commandsOf('README.md')).toEqual(commands);
  });
});
