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

/** The option that all stand-ins of OpenStack have. */
export const ANSWER_ONLY = 'answer-only';

/** What decides how far a stand-in goes. */
export interface StandIn {
  readonly host: {readonly os: {readonly id: string}};
  readonly config: {readonly [ANSWER_ONLY]?: boolean | null | undefined};
}

/**
 * Whether a machine runs what a stand-in stands for, set up and all, instead of only being configured for it: Debian, which the
 * machines of `juju-local` have, unless the stand-in is only to answer. Ceph's stand-ins, the other way round, do nothing there.
 */
export function runsForReal({host, config}: StandIn): boolean {
  return isDebian(host.os.id) && !onlyAnswers({config});
}

/** Whether a stand-in answers its relations and installs nothing: what is tried out beside it takes minutes less then. */
export function onlyAnswers({config}: Pick<StandIn, 'config'>): boolean {
  return config[ANSWER_ONLY] === true;
}

export function isDebian(osId: string): boolean {
  return osId === 'debian';
}

/** The one for a machine, by the `ID` of its os-release; a distribution that is unknown is taken for Ubuntu. */
export function choose<T>({ubuntu, debian}: Distributed<T>, osId: string): T {
  return isDebian(osId) ? debian : ubuntu;
}
