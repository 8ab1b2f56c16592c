import { readFileSync } from 'node:fs';
import { setAsideEvents } from '../../src/adapters/wire/events/set-aside.js';
import { KINDS, registries } from '../../src/adapters/wire/registries.js';

const page = readFileSync(new URL('../../../../docs/capacity-events.md', import.meta.url), 'utf8');

/** Types in the first columns of the lists: what follows the first headline of a list of types. */
const told = page
  .slice(page.indexOf('## A pool'))
  .split('\n')
  .filter(line => line.startsWith('| `'))
  .flatMap(line => [...(line.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, type = '']) => type));

describe('docs/capacity-events.md', () => {
  it('names every type that the service writes, each once, and no other', () => {
    const written = [...KINDS.flatMap(kind => [...registries[kind].shapes.keys()]), ...setAsideEvents.shapes.keys()];
    expect([...told].sort()).toEqual(written.sort());
  });
});
