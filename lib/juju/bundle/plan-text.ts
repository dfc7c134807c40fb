/** The words of a plan's lines, as Juju 3 prints them. */

import type {CharmArgs, DeployArgs, ResolvedCharm} from './plan-types.ts';
import type {ExposedEndpoint} from './types.ts';

function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function when(value: string | number | undefined, prefix: string): string {
  return value === undefined || value === '' ? '' : `${prefix}${value}`;
}

/** Where a charm comes from; charms given by path are shown as that path alone. */
function getLocation(charm: ResolvedCharm): string {
  return charm.shownAs === undefined ? `from ${charm.source}` : '';
}

function getShownName(charm: ResolvedCharm): string {
  return charm.shownAs ?? charm.name;
}

/** `upload charm mysql from charm-hub for base ubuntu@20.04/stable with revision 42 with architecture=amd64`. */
export function renderUpload(charm: ResolvedCharm, args: CharmArgs): string {
  return words(
    `upload charm ${getShownName(charm)}`,
    getLocation(charm),
    when(args.base, 'for base '),
    args.revision === undefined ? when(args.channel, 'from channel ') : `with revision ${args.revision}`,
    when(args.architecture, 'with architecture='),
  );
}

/** `deploy application mysql from charm-hub on ubuntu@20.04/stable with stable`. */
export function renderDeploy(charm: ResolvedCharm, args: DeployArgs): string {
  const units = args.numUnits ?? 0;
  return words(
    `deploy application ${args.application}`,
    getLocation(charm),
    units > 0 ? `with ${units} ${units === 1 ? 'unit' : 'units'}` : '',
    when(args.base, 'on '),
    when(args.channel, 'with '),
    getShownName(charm) === args.application ? '' : `using ${getShownName(charm)}`,
  );
}

/** `upgrade mysql from charm-hub using charm mysql from channel stable`. */
export function renderUpgrade(charm: ResolvedCharm, args: CharmArgs): string {
  return words(
    `upgrade ${args.application}`,
    getLocation(charm),
    `using charm ${getShownName(charm)}`,
    when(args.base, 'for base '),
    when(args.channel, 'from channel '),
  );
}

function plural(noun: string, names: readonly string[]): string {
  return `${noun}${names.length === 1 ? '' : 's'} ${names.join(',')}`;
}

function renderAccess({exposeToSpaces, exposeToCidrs}: ExposedEndpoint): string {
  const parts = [
    exposeToSpaces.length === 0 ? '' : plural('space', exposeToSpaces),
    exposeToCidrs.length === 0 ? '' : plural('CIDR', exposeToCidrs),
  ].filter((part) => part !== '');
  return `allow access from ${parts.length === 0 ? 'CIDRs 0.0.0.0/0 and ::/0' : parts.join(' and ')}`;
}

/** One line for each way in which endpoints are exposed, all endpoints first. */
export function renderExpose(application: string, endpoints: Readonly<Record<string, ExposedEndpoint>>): string[] {
  const names = Object.keys(endpoints).sort();
  if (names.length === 0) return [`expose all endpoints of ${application} and ${renderAccess(everywhere)}`];
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const access = renderAccess(endpoints[name] ?? everywhere);
    const key = name === '' ? `all ${access}` : access;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups].map(([key, group]) => {
    if (group[0] === '') return `expose all endpoints of ${application} and ${key.slice('all '.length)}`;
    return `override expose settings for ${plural('endpoint', group)} of ${application} and ${key}`;
  });
}

const everywhere: ExposedEndpoint = {exposeToSpaces: [], exposeToCidrs: []};
