import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the launcher works. Everything it writes lies below `state`, which git ignores. */
export interface Workspace {
  /** The repository. */
  readonly root: string;
  /** `.drawdown/`: survives a launch. */
  readonly state: string;
  /** Programs fetched earlier. */
  readonly bin: string;
}

export const workspaceAt = (root: string): Workspace => {
  const state = join(root, '.drawdown');
  return { root, state, bin: join(state, 'bin') };
};

/** Folders of launches that are over: as many are kept, for their logs. */
const KEPT_RUN_FOLDERS_MAX = 3;

/**
 * Makes the folder of one launch (data, logs, keys), readable by its owner only. Its name holds the process id, so
 * that launches beside each other never share one. It stays after the end, because the logs are wanted when something
 * failed; the oldest are removed here.
 */
export const createRunFolder = async (workspace: Workspace): Promise<string> => {
  await removeOldRunFolders(workspace);
  const folder = join(workspace.state, `run-${String(Date.now())}-${String(process.pid)}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
};

const removeOldRunFolders = async (workspace: Workspace): Promise<void> => {
  const names = await readdir(workspace.state).catch(() => []);
  const over = names.filter(name => /^run-\d+-\d+$/.test(name) && !isRunning(Number(name.split('-')[2])));
  for (const name of over.sort().slice(0, -KEPT_RUN_FOLDERS_MAX)) {
    await rm(join(workspace.state, name), { recursive: true, force: true });
  }
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
};
