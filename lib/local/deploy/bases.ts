import {compareNaturally, getBaseOfSeries, parseBase, renderBase, type Charm} from '#juju';

import type {Cloud} from '../cloud.ts';
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
  return {
    base: newest,
    note: `Series "${wanted.series}" of application "${name}" is not supported by charm "${charm.metadata.name}": using ${shorten(newest)}`,
  };
}

function checkBase(charm: Charm, base: string, supported: readonly string[]): string {
  if (supported.length === 0 || supported.includes(base)) return base;
  throw new LocalError(
    `base "${shorten(base)}" is not supported by charm "${charm.metadata.name}", supported bases are: ${supported.map(shorten).join(', ')}`,
  );
}

/** A charm for it runs on its relatives: they have the same packages, mostly under the same names. */
const SYSTEM_OF_CHARMS = 'ubuntu';

/**
 * On a cloud whose machines are all alike, says that a charm does not get the base that was chosen for it; empty where it does. A
 * charm for another system or for other processors is a LocalError, since none of its programs could run.
 */
export function describeOtherBase(
  {metadata, manifest}: Charm,
  chosen: string,
  {base: own, architecture}: Pick<Cloud, 'base' | 'architecture'>,
): string {
  if (own === undefined) return '';
  const systems = [SYSTEM_OF_CHARMS, own.split('@')[0] ?? ''];
  const {name} = parseBase(chosen);
  const wanted = shorten(chosen);
  if (!systems.includes(name)) {
    throw new LocalError(`charm "${metadata.name}" needs ${wanted}, and machines here have ${own}`);
  }
  const architectures = manifest.bases.flatMap((base) => (systems.includes(base.name) ? base.architectures : []));
  if (architecture !== undefined && architectures.length > 0 && !architectures.includes(architecture)) {
    const list = [...new Set(architectures)].sort().join(', ');
    throw new LocalError(`charm "${metadata.name}" is for ${list} only, and machines here have ${architecture}`);
  }
  return wanted === own
    ? ''
    : `Charm "${metadata.name}" is for ${wanted}, and runs on ${own} here: the base of all machines`;
}

function shorten(base: string): string {
  return base.replace('/stable', '');
}
