import type {CommandResult} from '#charm';

import {getInterface, getPublicAddress, getSpace} from '../model/network.ts';
import type {InterfaceState} from '../model/state.ts';
import type {HookContext} from '../uniter/hook-context.ts';
import {getLocalEndpoint} from '../uniter/world.ts';
import {
  checkArguments,
  createUsageError,
  isOn,
  parseCommandLine,
  renderValue,
  succeed,
  ToolError,
  withFormat,
} from './command-line.ts';
import {getRelationArgument} from './relations.ts';

const SELECTORS = ['bind-address', 'ingress-address', 'egress-subnets'] as const;

/** network-get: the addresses of the unit for an endpoint or an extra binding. */
export function getNetwork(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(
    args,
    withFormat({
      r: {kind: 'value', as: 'relation'},
      relation: {kind: 'value'},
      'bind-address': {kind: 'switch'},
      'ingress-address': {kind: 'switch'},
      'egress-subnets': {kind: 'switch'},
      'primary-address': {kind: 'switch'},
    }),
  );
  const [name] = line.positionals;
  if (name === undefined) throw createUsageError('no arguments specified');
  if (name === '') throw createUsageError('no binding name specified');
  checkArguments(line, 1);
  const relation = line.flags['relation'] === undefined ? null : getRelationArgument(context, line);
  const nic = getBindingInterface(
    context,
    relation === null ? name : getLocalEndpoint(relation, context.application.name).name,
  );
  const chosen = SELECTORS.filter((selector) => isOn(line, selector));
  if (isOn(line, 'primary-address')) {
    if (chosen.length > 0) throw createUsageError('--primary-address must be the only flag specified');
    return succeed(renderValue(line, nic.address));
  }
  const values = {'bind-address': nic.address, 'ingress-address': nic.address, 'egress-subnets': [`${nic.address}/32`]};
  const [first] = chosen;
  if (first === undefined) return succeed(renderValue(line, describeNetwork(nic)));
  if (chosen.length === 1) return succeed(renderValue(line, values[first]));
  return succeed(renderValue(line, Object.fromEntries(chosen.map((selector) => [selector, values[selector]]))));
}

function describeNetwork({mac, name, address, cidr}: InterfaceState): Parameters<typeof renderValue>[1] {
  return {
    'bind-addresses': [
      {'mac-address': mac, 'interface-name': name, addresses: [{hostname: '', value: address, address, cidr}]},
    ],
    'egress-subnets': [`${address}/32`],
    'ingress-addresses': [address],
  };
}

function getBindingInterface({world, application, machine, metadata}: HookContext, binding: string): InterfaceState {
  const isDefined =
    binding === 'juju-info' || Object.hasOwn(metadata.endpoints, binding) || metadata.extraBindings.includes(binding);
  if (!isDefined) throw new ToolError(`binding name ${JSON.stringify(binding)} not defined by the unit's charm`);
  const found = getInterface(machine, getSpace(world.model, application, binding));
  if (found === undefined) {
    throw new ToolError(`no addresses attached to space for binding ${JSON.stringify(binding)}`);
  }
  return found;
}

/** unit-get: the machine's address. */
export function getUnitAddress({world, machine}: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat());
  const [setting] = line.positionals;
  if (setting === undefined) throw createUsageError('no setting specified');
  if (setting !== 'private-address' && setting !== 'public-address') {
    throw createUsageError(`unknown setting ${JSON.stringify(setting)}`);
  }
  checkArguments(line, 1);
  return succeed(renderValue(line, getPublicAddress(world.model, machine)));
}
