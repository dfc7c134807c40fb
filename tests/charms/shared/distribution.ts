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

/** The one for a machine, by the `ID` of its os-release; a distribution that is unknown is taken for Ubuntu. */
export function choose<T>({ubuntu, debian}: Distributed<T>, osId: string): T {
  return osId === 'debian' ? debian : ubuntu;
}

/** The same on every distribution. */
export function everywhere<T>(value: T): Distributed<T> {
  return {ubuntu: value, debian: value};
}
