import type {Databag, Parsed, Problem} from '#charm';

import {parseAlerts, type HaAlert} from './ha-alerts.ts';
import {parsePythonLiteral} from './python-literal.ts';

/**
 * What a principal charm asks of hacluster over the `ha` relation (interface hacluster). Values are crm syntax without
 * the object's name: `{res_x: '  params ip="…"'}`, `{grp_x: 'res_a res_b'}`, `{cl_x: 'res_y meta interleave=true'}`.
 */
export interface HaRequest {
  readonly resources: Readonly<Record<string, string>>;
  readonly resourceParams: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, string>>;
  readonly clones: Readonly<Record<string, string>>;
  readonly ms: Readonly<Record<string, string>>;
  readonly orders: Readonly<Record<string, string>>;
  readonly colocations: Readonly<Record<string, string>>;
  readonly locations: Readonly<Record<string, string>>;
  /** Services that Pacemaker runs: names, or by resource. */
  readonly initServices: readonly string[];
  /** Names of resources an earlier request had. Informational: hacluster removes what is no longer asked for. */
  readonly deleteResources: readonly string[];
  /** Programs that Pacemaker starts when something happens, by id. hacluster in Python does not know them. */
  readonly alerts: Readonly<Record<string, HaAlert>>;
  readonly bindInterface?: string;
  readonly multicastPort?: string;
}

/** A request that asks for nothing: the start of every other. */
export const EMPTY_HA_REQUEST: HaRequest = {
  resources: {},
  resourceParams: {},
  groups: {},
  clones: {},
  ms: {},
  orders: {},
  colocations: {},
  locations: {},
  initServices: [],
  deleteResources: [],
  alerts: {},
};

/** The maps of a request, by their names on the wire. */
const MAPS = {
  resources: 'resources',
  resourceParams: 'resource_params',
  groups: 'groups',
  clones: 'clones',
  ms: 'ms',
  orders: 'orders',
  colocations: 'colocations',
  locations: 'locations',
} as const;

type MapName = keyof typeof MAPS;
const MAP_NAMES: readonly MapName[] = [
  'resources',
  'resourceParams',
  'groups',
  'clones',
  'ms',
  'orders',
  'colocations',
  'locations',
];

/** The principal's side of the relation, encoded as the hacluster interface does: `json_<name>`, keys sorted. */
export function renderHaRequest(request: HaRequest): Databag {
  const maps = MAP_NAMES.map((name): [string, string] => [`json_${MAPS[name]}`, encodePythonJson(request[name])]);
  return {
    ...Object.fromEntries(maps),
    json_init_services: encodePythonJson(request.initServices),
    json_systemd_services: '[]',
    json_delete_resources: encodePythonJson(request.deleteResources),
    // Only where there are some: what a principal without them says is what it always said.
    ...(Object.keys(request.alerts).length === 0 ? {} : {json_alerts: encodePythonJson(request.alerts)}),
    ...(request.bindInterface === undefined ? {} : {corosync_bindiface: request.bindInterface}),
    ...(request.multicastPort === undefined ? {} : {corosync_mcastport: request.multicastPort}),
  };
}

/** JSON as Python's json.dumps(sort_keys=True) writes it, so that an unchanged request is an unchanged bag. */
export function encodePythonJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(encodePythonJson).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${encodeText(key)}: ${encodePythonJson(item)}`).join(', ')}}`;
  }
  return typeof value === 'string' ? encodeText(value) : JSON.stringify(value);
}

function encodeText(text: string): string {
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replaceAll(/[\u007f-\uffff]/g, escape);
}

/** Whether the principal has asked for anything yet. */
export function hasHaRequest(bag: Databag): boolean {
  return 'json_resources' in bag || 'resources' in bag;
}

/**
 * hacluster's side: `json_<name>`, else `<name>`; JSON, else a Python literal, as principals of every age write it. What
 * is wrong is named by its key on the wire.
 */
export function parseHaRequest(bag: Databag): Parsed<HaRequest> {
  const problems: Problem[] = [];
  const report: Report = (key, message) => {
    problems.push({key, message});
  };
  const maps = MAP_NAMES.map((name): [MapName, Record<string, string>] => {
    const {key, value} = readField(bag, MAPS[name], report);
    return [
      name,
      toTextMap(value, (message) => {
        report(key, message);
      }),
    ];
  });
  const initServices = readField(bag, 'init_services', report);
  const deleteResources = readField(bag, 'delete_resources', report);
  const alerts = readField(bag, 'alerts', report);
  const value: HaRequest = {
    ...EMPTY_HA_REQUEST,
    ...Object.fromEntries(maps),
    initServices: toNames(initServices.value),
    deleteResources: toNames(deleteResources.value),
    alerts: parseAlerts(alerts.value, (message) => {
      report(alerts.key, message);
    }),
    ...(bag['corosync_bindiface'] === undefined ? {} : {bindInterface: bag['corosync_bindiface']}),
    ...(bag['corosync_mcastport'] === undefined ? {} : {multicastPort: bag['corosync_mcastport']}),
  };
  return problems.length === 0 ? {ok: true, value} : {ok: false, problems};
}

type Report = (key: string, message: string) => void;

function readField(bag: Databag, name: string, report: Report): {readonly key: string; readonly value: unknown} {
  const key = `json_${name}` in bag ? `json_${name}` : name;
  const text = bag[key];
  if (text === undefined) {
    return {key, value: undefined};
  }
  try {
    return {key, value: decode(text)};
  } catch {
    report(key, 'must be JSON');
    return {key, value: undefined};
  }
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parsePythonLiteral(text);
  }
}

function toTextMap(value: unknown, report: (message: string) => void): Record<string, string> {
  if (value === undefined || value === null) {
    return {};
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    report('must be a map');
    return {};
  }
  const entries = Object.entries(value).flatMap(([key, text]: [string, unknown]): [string, string][] => {
    if (typeof text === 'string') {
      return [[key, text]];
    }
    report('must be a map of text');
    return [];
  });
  return Object.fromEntries(entries);
}

/** A list of names, or the values of a map: the two forms of init_services. */
function toNames(value: unknown): readonly string[] {
  const items: readonly unknown[] =
    typeof value === 'object' && value !== null ? Object.values(value) : typeof value === 'string' ? [value] : [];
  return items.filter((item): item is string => typeof item === 'string');
}
