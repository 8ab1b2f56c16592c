/** Nobody's namespace: no token names it, so nobody can list, watch or export what lies in it. Pings and probes of the service's own do. */
export const NO_NAMESPACE = '_';
