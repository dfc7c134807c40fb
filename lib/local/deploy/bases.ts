import {compareNaturally, getBaseOfSeries, parseBase, renderBase, type Charm} from '#juju';

import {LocalError} from '../errors.ts';

/** Juju's own choice when neither the charm nor anybody else says one. */
const FALLBACK = 'ubuntu@24.04/stable';

export interface WantedBase {
  /** As a bundle or `--base` writes it; empty when nobody asked. */
  readonly base: string;
  /** The older spelling, `bionic`; empty when nobody asked. */
  readonly series: string;
}

/**
 * The base an application is deployed on, printed: the one asked for, or the newest that the charm supports. A series
 * that the charm does not support is replaced by that too, and `note` says so; a base is an error.
 */
export function chooseBase(charm: Charm, name: string, wanted: WantedBase): {base: string; note: string} {
  const supported = charm.manifest.bases.map((base) => renderBase(base));
  const newest = [...supported].sort(compareNaturally).at(-1) ?? FALLBACK;
  if (wanted.base !== '') return {base: checkBase(charm, renderBase(parseBase(wanted.base)), supported), note: ''};
  if (wanted.series === '') return {base: newest, note: ''};
  const ofSeries = getBaseOfSeries(wanted.series);
  const base = ofSeries === null ? '' : renderBase(ofSeries);
  if (base !== '' && (supported.length === 0 || supported.includes(base))) return {base, note: ''};
  const short = newest.replace('/stable', '');
  return {
    base: newest,
    note: `Series "${wanted.series}" of application "${name}" is not supported by charm "${charm.metadata.name}": using ${short}`,
  };
}

function checkBase(charm: Charm, base: string, supported: readonly string[]): string {
  if (supported.length === 0 || supported.includes(base)) return base;
  throw new LocalError(
    `base "${base.replace('/stable', '')}" is not supported by charm "${charm.metadata.name}", supported bases are: ${supported.map((text) => text.replace('/stable', '')).join(', ')}`,
  );
}
