import {compareNaturally, sortNaturally} from '#juju';

import {getApplicationStatus} from '../model/application-status.ts';
import {getCloudName, JUJU_VERSION} from '../model/model.ts';
import {getPublicAddress, getSpace} from '../model/network.ts';
import type {ApplicationState, MachineState, ModelState, StatusState, UnitState} from '../model/state.ts';
import {getLocalEndpoint} from '../uniter/world.ts';
import {getRemoteApplication} from '../uniter/relation-index.ts';
import {listPorts} from './ports.ts';
import type {Selection} from './status-filter.ts';
import {getInstanceId, getMachineStatus, getUnitStatus} from './machine-status.ts';
import {describeStorage} from './storage.ts';
import {formatClock, formatTime} from './time.ts';
import type {Printable} from './yaml.ts';

/** What `status --format yaml|json` prints, with Juju's keys. */
export function describeModel(model: ModelState, selection: Selection, now: number): Printable {
  const machines = Object.values(model.machines).filter(
    ({id, parent}) => parent === null && selection.machines.has(id),
  );
  const applications = Object.values(model.applications).filter(({name}) => selection.applications.has(name));
  return {
    model: {
      name: model.name,
      type: 'iaas',
      controller: model.controller,
      cloud: getCloudName(model),
      region: 'local',
      version: JUJU_VERSION,
      'model-status': {current: 'available', since: formatTime(model.created)},
    },
    machines: toRecord(
      machines,
      ({id}) => id,
      (machine) => describeMachine(model, selection, machine),
    ),
    applications: toRecord(
      applications,
      ({name}) => name,
      (application) => describeApplication(model, selection, application),
    ),
    storage: Object.keys(model.storage).length === 0 ? {} : {storage: describeStorage(model)},
    controller: {timestamp: `${formatClock(now)}Z`},
  };
}

function toRecord<T>(items: readonly T[], name: (item: T) => string, value: (item: T) => Printable): Printable {
  return Object.fromEntries(
    [...items].sort((a, b) => compareNaturally(name(a), name(b))).map((item) => [name(item), value(item)]),
  );
}

function describeStatus({status, message, since}: Omit<StatusState, 'data'>): Record<string, Printable> {
  return {current: status, message: orAbsent(message), since: formatTime(since)};
}

/** `ubuntu@22.04/stable` as name and channel. */
function describeBase(base: string): Printable {
  const [name = '', channel = ''] = base.split('@');
  return {name, channel: channel.replace(/\/stable$/, '')};
}

function describeMachine(model: ModelState, selection: Selection, machine: MachineState): Printable {
  const {agent, status} = getMachineStatus(machine);
  const containers = machine.containers.flatMap((id) => {
    const container = selection.machines.has(id) ? model.machines[id] : undefined;
    return container === undefined ? [] : [container];
  });
  return {
    'juju-status': {...describeStatus(agent), version: JUJU_VERSION},
    hostname: machine.hostname,
    'dns-name': getPublicAddress(model, machine),
    'ip-addresses': machine.interfaces.map(({address}) => address),
    'instance-id': getInstanceId(machine),
    'machine-status': describeStatus(status),
    'modification-status': {
      current: machine.parent === null ? 'idle' : 'applied',
      since: formatTime(machine.created),
    },
    base: describeBase(machine.base),
    'network-interfaces': Object.fromEntries(
      machine.interfaces.map(({name, address, mac, space}) => [
        name,
        {'ip-addresses': [address], 'mac-address': mac, space, 'is-up': true},
      ]),
    ),
    containers:
      containers.length === 0
        ? undefined
        : toRecord(
            containers,
            ({id}) => id,
            (container) => describeMachine(model, selection, container),
          ),
    constraints: machine.constraints === '' ? undefined : machine.constraints,
    hardware: 'arch=amd64 cores=4 mem=8192M availability-zone=default',
  };
}

function describeApplication(model: ModelState, selection: Selection, application: ApplicationState): Printable {
  const {subordinate, units} = application;
  return {
    ...describeCharm(model, application),
    base: describeBase(application.base),
    exposed: application.exposed,
    life: application.life === 'dying' ? 'dying' : undefined,
    'application-status': describeStatus(getApplicationStatus(model, application)),
    relations: describeRelations(model, application),
    'subordinate-to': subordinate ? getPrincipals(model, application) : undefined,
    units: subordinate ? undefined : describeUnits(model, selection, units),
    version: orAbsent(application.version),
    'endpoint-bindings': describeBindings(model, application),
  };
}

function describeCharm(model: ModelState, application: ApplicationState): Record<string, Printable> {
  const charm = model.charms[application.charm];
  return {
    charm: application.charm,
    'charm-origin': application.charm.startsWith('local:') ? 'local' : 'charmhub',
    'charm-name': charm?.name ?? '',
    'charm-rev': charm?.revision ?? 0,
    'charm-channel': orAbsent(application.channel),
    'charm-version': orAbsent(charm?.declared.version ?? ''),
  };
}

/** An empty text is left out. */
function orAbsent(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function getPrincipals(model: ModelState, application: ApplicationState): string[] {
  const names = application.units.flatMap((name) => {
    const principal = model.units[name]?.principal ?? null;
    return principal === null ? [] : [model.units[principal]?.application ?? ''];
  });
  return sortNaturally([...new Set(names)]);
}

function describeRelations(model: ModelState, application: ApplicationState): Printable {
  const relations: Record<string, {'related-application': string; interface: string; scope: string}[]> = {};
  for (const id of application.relations) {
    const relation = model.relations[String(id)];
    if (relation === undefined) continue;
    const {name, interface: kind} = getLocalEndpoint(relation, application.name);
    const remote = getRemoteApplication(relation, application.name);
    (relations[name] ??= []).push({'related-application': remote, interface: kind, scope: relation.scope});
  }
  return Object.keys(relations).length === 0 ? undefined : relations;
}

function describeBindings(model: ModelState, application: ApplicationState): Printable {
  const metadata = model.charms[application.charm]?.declared.metadata;
  const names = [...Object.keys(metadata?.endpoints ?? {}), ...(metadata?.extraBindings ?? [])];
  return Object.fromEntries(['', ...names].map((name) => [name, getSpace(model, application, name)]));
}

function describeUnits(model: ModelState, selection: Selection, names: readonly string[]): Printable {
  const units = names.flatMap((name) => (selection.units.has(name) ? (model.units[name] ?? []) : []));
  if (units.length === 0) return undefined;
  return toRecord(
    units,
    ({name}) => name,
    (unit) => describeUnit(model, selection, unit),
  );
}

function describeUnit(model: ModelState, selection: Selection, unit: UnitState): Printable {
  const machine = model.machines[unit.machine];
  const ports = listPorts(unit.ports);
  const {workload, agent} = getUnitStatus(model, unit);
  return {
    'workload-status': describeStatus(workload),
    'juju-status': {...describeStatus(agent), version: JUJU_VERSION},
    leader: model.applications[unit.application]?.leader === unit.name ? true : undefined,
    machine: unit.principal === null ? unit.machine : undefined,
    'open-ports': ports.length === 0 ? undefined : ports,
    'public-address': machine === undefined ? '' : getPublicAddress(model, machine),
    subordinates: describeUnits(model, selection, unit.subordinates),
  };
}
