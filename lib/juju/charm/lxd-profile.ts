import {CharmError} from '../errors.ts';
import {quote} from '../names/go-format.ts';
import {toRecord} from '../record.ts';
import {getKey, isNull} from '../yaml/access.ts';
import {parseYamlDocument} from '../yaml/parse.ts';
import type {YamlMapping, YamlNode} from '../yaml/types.ts';
import type {LxdProfile} from './types.ts';

const devices: ReadonlySet<string> = new Set(['unix-char', 'unix-block', 'gpu', 'usb']);

/** Reads lxd-profile.yaml and refuses what a charm may not change. Throws a CharmError with Juju's text. */
export function parseLxdProfile(text: string, file = 'lxd-profile.yaml'): LxdProfile {
  const document = parseYamlDocument(text, file);
  if (document.kind !== 'mapping') throw new CharmError('invalid lxd-profile.yaml: expected a map');
  const description = getKey(document, 'description');
  const profile: LxdProfile = {
    description: description?.kind === 'scalar' ? description.text : '',
    config: getTexts(getKey(document, 'config')),
    devices: toRecord(getPairs(getKey(document, 'devices')).map(([name, node]) => [name, getTexts(node)] as const)),
  };
  const type = Object.values(profile.devices)
    .map((device) => device['type'] ?? '')
    .find((name) => !devices.has(name));
  if (type !== undefined) throw new CharmError(`invalid lxd-profile.yaml: contains device type ${quote(type)}`);
  const key = Object.keys(profile.config).find((name) => /^(?:boot|limits|migration)/u.test(name));
  if (key !== undefined) throw new CharmError(`invalid lxd-profile.yaml: contains config value ${quote(key)}`);
  return profile;
}

function getPairs(node: YamlNode | undefined): (readonly [string, YamlNode])[] {
  if (node === undefined || isNull(node)) return [];
  if (node.kind !== 'mapping') throw new CharmError('invalid lxd-profile.yaml: expected a map');
  return getNodes(node);
}

function getNodes(node: YamlMapping): (readonly [string, YamlNode])[] {
  return [...node.entries].map(([key, {value}]) => [key, value] as const);
}

function getTexts(node: YamlNode | undefined): Record<string, string> {
  return toRecord(
    getPairs(node).map(([key, value]) => {
      if (value.kind === 'scalar') return [key, value.type === 'null' ? '' : value.text] as const;
      throw new CharmError(`invalid lxd-profile.yaml: ${key}: expected a string`);
    }),
  );
}
