import {sortNaturally} from '#juju';

import {getApplicationStatus} from '../model/application-status.ts';
import {getCloudName, JUJU_VERSION} from '../model/model.ts';
import {compareText} from '../model/names.ts';
import {getPublicAddress} from '../model/network.ts';
import type {EndpointState, ModelState, RelationState, UnitState} from '../model/state.ts';
import {groupPorts} from './ports.ts';
import {getInstanceId, getMachineStatus, getUnitStatus} from './machine-status.ts';
import type {Selection} from './status-filter.ts';
import {renderTable} from './table.ts';
import {formatClock} from './time.ts';

/** `status` as a table; sections are one blank line apart. */
export function renderStatus(
  model: ModelState,
  selection: Selection,
  {now, relations}: {readonly now: number; readonly relations: boolean},
): string {
  const sections = [
    renderTable([
      ['Model', 'Controller', 'Cloud/Region', 'Version', 'Timestamp'],
      [model.name, model.controller, `${getCloudName(model)}/local`, JUJU_VERSION, `${formatClock(now)}Z`],
    ]),
    renderApplications(model, selection),
    renderUnits(model, selection),
    renderMachines(model, selection),
    relations ? renderRelations(model, selection) : '',
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function renderApplications(model: ModelState, selection: Selection): string {
  const rows = sortNaturally(selection.applications).flatMap((name) => {
    const application = model.applications[name];
    if (application === undefined) return [];
    const {status, message} = getApplicationStatus(model, application);
    const charm = model.charms[application.charm];
    return [
      [
        name,
        cutVersion(application.version),
        status,
        String(application.units.length),
        charm?.name ?? '',
        application.channel,
        String(charm?.revision ?? 0),
        application.exposed ? 'yes' : 'no',
        message,
      ],
    ];
  });
  if (rows.length === 0) return '';
  const head = ['App', 'Version', 'Status', 'Scale', 'Charm', 'Channel', 'Rev', 'Exposed', 'Message'];
  return renderTable([head, ...rows], {right: [3, 6]});
}

const VERSION_LENGTH = 15;

function cutVersion(version: string): string {
  return version.length > VERSION_LENGTH ? `${version.slice(0, VERSION_LENGTH - 3)}...` : version;
}

function renderUnits(model: ModelState, selection: Selection): string {
  const rows = sortNaturally(selection.units).flatMap((name) => {
    const unit = model.units[name];
    if (unit?.principal !== null) return [];
    const subordinates = sortNaturally(unit.subordinates.filter((subordinate) => selection.units.has(subordinate)));
    return [
      getUnitRow(model, unit, ''),
      ...subordinates.flatMap((subordinate) => {
        const state = model.units[subordinate];
        return state === undefined ? [] : [getUnitRow(model, state, '  ')];
      }),
    ];
  });
  if (rows.length === 0) return '';
  return renderTable([['Unit', 'Workload', 'Agent', 'Machine', 'Public address', 'Ports', 'Message'], ...rows]);
}

function getUnitRow(model: ModelState, unit: UnitState, margin: string): string[] {
  const star = model.applications[unit.application]?.leader === unit.name ? '*' : '';
  const {workload: shown, agent} = getUnitStatus(model, unit);
  const [, hook] = /^running (\S+)/.exec(agent.message) ?? [];
  const prefix = agent.status === 'executing' && hook !== undefined ? `(${hook}) ` : '';
  const machine = model.machines[unit.machine];
  return [
    `${margin}${unit.name}${star}`,
    shown.status,
    agent.status,
    unit.principal === null ? unit.machine : '',
    machine === undefined ? '' : getPublicAddress(model, machine),
    groupPorts(unit.ports),
    `${prefix}${shown.message}`,
  ];
}

function renderMachines(model: ModelState, selection: Selection): string {
  const rows = sortNaturally(selection.machines).flatMap((id) => {
    const machine = model.machines[id];
    if (machine === undefined) return [];
    const base = machine.base.replace(/\/stable$/, '');
    const address = getPublicAddress(model, machine);
    const {agent, status} = getMachineStatus(machine);
    return [[id, agent.status, address, getInstanceId(machine), base, 'default', status.message]];
  });
  if (rows.length === 0) return '';
  return renderTable([['Machine', 'State', 'Address', 'Inst id', 'Base', 'AZ', 'Message'], ...rows]);
}

function renderRelations(model: ModelState, selection: Selection): string {
  const rows = Object.values(model.relations)
    .filter(({endpoints}) => endpoints.some(({application}) => selection.applications.has(application)))
    .map((relation) => getRelationRow(model, relation))
    .sort((left, right) => compareText(left.join(' '), right.join(' ')));
  if (rows.length === 0) return '';
  return renderTable([['Integration provider', 'Requirer', 'Interface', 'Type', 'Message'], ...rows]);
}

function getRelationRow(model: ModelState, {endpoints, life, scope}: RelationState): string[] {
  const [first, second] = endpoints;
  const requirer = format(first);
  const provider = second === undefined ? requirer : format(second);
  const isSubordinate = endpoints.some(({application}) => model.applications[application]?.subordinate === true);
  const regular = scope === 'container' && isSubordinate ? 'subordinate' : 'regular';
  const message = life === 'dying' ? 'removing' : '';
  return [provider, requirer, first?.interface ?? '', second === undefined ? 'peer' : regular, message];
}

function format(endpoint: EndpointState | undefined): string {
  return endpoint === undefined ? '' : `${endpoint.application}:${endpoint.name}`;
}

/** `status --format oneline`: one line a unit. */
export function renderOneLine(model: ModelState, selection: Selection): string {
  const lines = sortNaturally(selection.units).flatMap((name) => {
    const unit = model.units[name];
    if (unit?.principal !== null) return [];
    const subordinates = sortNaturally(unit.subordinates).flatMap((subordinate) => model.units[subordinate] ?? []);
    return [getUnitLine(model, unit, ''), ...subordinates.map((subordinate) => getUnitLine(model, subordinate, '  '))];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function getUnitLine(model: ModelState, unit: UnitState, margin: string): string {
  const star = model.applications[unit.application]?.leader === unit.name ? '*' : '';
  const machine = model.machines[unit.machine];
  const address = machine === undefined ? '' : getPublicAddress(model, machine);
  const ports = groupPorts(unit.ports);
  const {status} = unit.error ?? unit.workload;
  return `${margin}- ${unit.name}${star}: ${address} (agent:${unit.agent.status}, workload:${status})${ports === '' ? '' : ` ${ports}`}`;
}
