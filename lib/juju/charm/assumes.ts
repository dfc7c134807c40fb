import {CharmError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {isNull} from '../yaml/access.ts';
import type {YamlNode} from '../yaml/types.ts';
import type {Assumption} from './types.ts';

const feature = /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)(?:\s*(>=|<)\s*(\d+(?:\.\d+){0,2}(?:-[\w.]+)?))?$/u;

/** Reads the `assumes` list. Throws a CharmError with Juju's text. */
export function getAssumes(node: YamlNode | undefined): readonly Assumption[] {
  if (node === undefined || isNull(node)) return [];
  if (node.kind !== 'sequence') throw new CharmError('malformed "assumes" block; expected an expression list');
  return node.items.map(getAssumption);
}

function getAssumption(node: YamlNode): Assumption {
  if (node.kind === 'scalar') return getFeature(node.text);
  if (node.kind === 'sequence') {
    throw new CharmError('expected a feature, "any-of" or "all-of" expression');
  }
  const [entry, second] = [...node.entries];
  const kind = entry?.[0];
  if (entry === undefined || second !== undefined || (kind !== 'any-of' && kind !== 'all-of')) {
    throw new CharmError('malformed composite expression; expected an "any-of" or "all-of" block');
  }
  const {value} = entry[1];
  if (value.kind !== 'sequence') {
    throw new CharmError(`malformed ${quote(kind)} expression; expected a list of sub-expressions`);
  }
  return {kind, of: value.items.map(getAssumption)};
}

function getFeature(text: string): Assumption {
  const match = feature.exec(text.trim());
  const name = match?.[1];
  if (name === undefined) throw new CharmError(`malformed feature expression ${quote(text)}`);
  const [operator, version] = [match?.[2], match?.[3]];
  if (version === undefined || (operator !== '>=' && operator !== '<')) return {kind: 'feature', name};
  return {kind: 'feature', name, operator, version};
}
