import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@drawdown/errors';
import type { Launch } from '../../launch.js';
import { LIMITS } from '../../limits.js';
import { findOnPath, requireVersion, runTool } from '../../process/program.js';
import type { Version } from '../../process/program.js';

const JAVA_VERSION_MIN: Version = [17, 0, 0];
const MONGO_JAVA_SERVER_VERSION = '1.47.0';

/** What `deploy/local/mongo/LocalMongo.java` is run with. */
export interface JavaServer {
  readonly java: string;
  /** A folder of jars. */
  readonly libraries: string;
}

/** The libraries that an earlier launch fetched. */
export const fetchedJavaServer = async (launch: Launch): Promise<JavaServer> => {
  const libraries = librariesFolder(launch);
  const files = await readdir(libraries).catch(() => []);
  if (files.length === 0) throw new Fault('NOT_FOUND', 'not fetched yet');
  return { java: await requireJava(launch), libraries };
};

/** Fetches the libraries named in `deploy/local/mongo/pom.xml`, whose checksums Maven verifies. */
export const fetchJavaServer = async (launch: Launch): Promise<JavaServer> => {
  const java = await requireJava(launch);
  const maven = await findOnPath('mvn', launch.environment['PATH']);
  if (maven === undefined) throw new Fault('NOT_FOUND', 'no mvn on the PATH');
  const libraries = librariesFolder(launch);
  const folder = await mkdtemp(join(launch.workspace.state, 'maven-'));
  try {
    launch.say(`MongoDB: fetching mongo-java-server ${MONGO_JAVA_SERVER_VERSION} …`);
    await runTool(
      launch,
      maven,
      [
        ...['--batch-mode', '--quiet', '--strict-checksums'],
        ...['--file', join(launch.workspace.root, 'deploy/local/mongo/pom.xml')],
        ...['dependency:copy-dependencies', `-DoutputDirectory=${folder}`],
      ],
      { msMax: LIMITS.fetchMsMax },
    );
    await rename(folder, libraries).catch((error: unknown) => {
      // A launch beside this one was quicker, and its libraries are the same.
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    });
    return { java, libraries };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const librariesFolder = (launch: Launch): string => join(launch.workspace.state, `mongo-java-server-${MONGO_JAVA_SERVER_VERSION}`);

const requireJava = async (launch: Launch): Promise<string> => {
  const java = await findOnPath('java', launch.environment['PATH']);
  if (java === undefined) throw new Fault('NOT_FOUND', 'no java on the PATH');
  return (await requireVersion(launch, java, JAVA_VERSION_MIN)).file;
};
