import assert from 'node:assert/strict';
import { DrawdownClient } from '@drawdown/cli';
import { writeContext } from '../identity/context-file.js';
import { DEVELOPMENT_NAMESPACE, DEVELOPMENT_ROLES } from '../steps/services.js';
import type { Stage } from '../steps/step.js';
import { isTold } from './catalogue.js';

/** Where the story is told, and as whom. */
interface StoryNamespace {
  readonly namespace: string;
  readonly token: string;
}

/**
 * The namespace of the story: the usual one, or one of its own when servers that were found still hold the story of an earlier launch. The ledger is for
 * ever, so there is no way to begin again in the same one. The command line is pointed to it.
 */
export const openNamespace = async (stage: Stage, address: string): Promise<StoryNamespace> => {
  const { identity, launch } = stage;
  assert(identity !== undefined, 'the identity comes before the story');
  const tokenFor = (namespace: string) => identity.signToken({ subject: 'developer', namespace, roles: DEVELOPMENT_ROLES });
  const usual = { namespace: DEVELOPMENT_NAMESPACE, token: await tokenFor(DEVELOPMENT_NAMESPACE) };
  const client = new DrawdownClient({ address, token: usual.token });
  try {
    if (!(await isTold(client))) return usual;
  } finally {
    client.close();
  }
  const namespace = `${DEVELOPMENT_NAMESPACE}-${Date.now().toString(36)}`;
  const own = { namespace, token: await tokenFor(namespace) };
  launch.say(`These servers hold an earlier story, so this one is told in the namespace ${namespace}.`);
  await writeContext(launch, { addresses: stage.addresses, ...own });
  return own;
};
