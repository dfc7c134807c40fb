/** What a stand-in installs and runs. */
export interface Workload {
  readonly packages: readonly string[];
  readonly services: readonly string[];
}

/** Something that differs between the distributions that stand-ins are installed on. */
export interface Distributed<T> {
  readonly ubuntu: T;
  readonly debian: T;
}

/**
 * Whether a stand-in runs what it stands for. On Debian, which the machines of `juju-local` have, it answers its relations and no
 * more: an API that nobody has set up would start again and again.
 */
export function runsWorkload(osId: string): boolean {
  return osId !== 'debian';
}

/** The one for a machine, by the `ID` of its os-release; a distribution that is unknown is taken for Ubuntu. */
export function choose<T>({ubuntu, debian}: Distributed<T>, osId: string): T {
  return osId === 'debian' ? debian : ubuntu;
}
