/**
 * This process' environment without the servers of the test run, so that the launcher has to start its own; as
 * processes, because a test should not pull images.
 */
export const withoutServers = (): Record<string, string> => {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^DRAWDOWN_.*_URL$/.test(entry[0]),
  );
  return { ...Object.fromEntries(entries), DOCKER_HOST: 'unix:///nowhere/docker.sock' };
};
