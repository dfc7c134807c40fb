/** What a stand-in installs and runs; services in the order in which they are started. */
export interface Workload {
  readonly packages: readonly string[];
  readonly services: readonly string[];
  /** Services that its packages bring and that nobody needs. */
  readonly unused?: readonly string[];
}

/** Something that differs between the distributions that stand-ins are installed on. */
export interface Distributed<T> {
  readonly ubuntu: T;
  readonly debian: T;
}

/**
 * Whether a machine runs what a stand-in stands for, set up and all, instead of only being configured for it: Debian, which the
 * machines of `juju-local` have. Ceph's stand-ins, the other way round, do nothing there.
 */
export function runsForReal(osId: string): boolean {
  return osId === 'debian';
}

/** The one for a machine, by the `ID` of its os-release; a distribution that is unknown is taken for Ubuntu. */
export function choose<T>({ubuntu, debian}: Distributed<T>, osId: string): T {
  return runsForReal(osId) ? debian : ubuntu;
}
