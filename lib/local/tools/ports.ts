import type {CommandResult} from '#charm';

import {compareText} from '../model/names.ts';
import type {PortRange} from '../model/state.ts';
import type {HookContext} from '../uniter/hook-context.ts';
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

const ENDPOINTS = {endpoints: {kind: 'value'}} as const;

/** A port range as Juju prints it: `80/tcp`, `8080-8088/udp`, `icmp`. */
export function formatPortRange({protocol, from, to}: PortRange): string {
  if (protocol === 'icmp') return 'icmp';
  return from === to ? `${String(from)}/${protocol}` : `${String(from)}-${String(to)}/${protocol}`;
}

/** open-port: takes effect when the hook has succeeded. */
export function openPort(context: HookContext, args: readonly string[]): CommandResult {
  for (const range of parseRanges(context, args)) {
    checkConflicts(context, range);
    context.writes.openPorts.push(range);
  }
  return succeed();
}

/** close-port: a port that is not open is no error. */
export function closePort(context: HookContext, args: readonly string[]): CommandResult {
  context.writes.closePorts.push(...parseRanges(context, args));
  return succeed();
}

function parseRanges(context: HookContext, args: readonly string[]): PortRange[] {
  const line = parseCommandLine(args, ENDPOINTS);
  const [text] = line.positionals;
  if (text === undefined) throw createUsageError('no port or range specified');
  checkArguments(line, 1);
  const range = parsePortRange(text.toLowerCase());
  const endpoints = (line.flags['endpoints'] ?? '').split(',').map((name) => name.trim());
  for (const endpoint of endpoints) {
    if (endpoint === '' || Object.hasOwn(context.metadata.endpoints, endpoint)) continue;
    if (context.metadata.extraBindings.includes(endpoint)) continue;
    throw new ToolError(
      `open port range: endpoint ${JSON.stringify(endpoint)} for unit ${JSON.stringify(context.unit.name)} not found`,
    );
  }
  return endpoints.map((endpoint) => ({...range, endpoint}));
}

function parsePortRange(text: string): Omit<PortRange, 'endpoint'> {
  if (text === 'icmp') return {protocol: 'icmp', from: -1, to: -1};
  const [ports = '', protocol = 'tcp', ...rest] = text.split('/');
  if (rest.length > 0) throw createUsageError(`invalid port range ${JSON.stringify(text)}`);
  const [from, to] = parseBounds(ports, text);
  if (protocol !== 'tcp' && protocol !== 'udp') {
    throw createUsageError(`invalid protocol ${JSON.stringify(protocol)}, expected "tcp", "udp", or "icmp"`);
  }
  if (from > to) throw createUsageError(`invalid port range ${String(from)}-${String(to)}/${protocol}`);
  if (to > 65_535) {
    throw createUsageError(`port range bounds must be between 0 and 65535, got ${String(from)}-${String(to)}`);
  }
  return {protocol, from, to};
}

function parseBounds(ports: string, text: string): [number, number] {
  const parts = ports.split('-');
  if (parts.length > 2) throw createUsageError(`invalid port range ${JSON.stringify(text)}`);
  const numbers = parts.map((part) => {
    if (/^\d+$/.test(part)) return Number(part);
    throw createUsageError(
      `invalid port ${JSON.stringify(part)}: strconv.Atoi: parsing ${JSON.stringify(part)}: invalid syntax`,
    );
  });
  const [from = 0, to = from] = numbers;
  return [from, to];
}

/** Ports of one machine must not overlap unless they are the same range of the same unit. */
function checkConflicts(context: HookContext, range: PortRange): void {
  const {unit, writes} = context;
  for (const other of getUnitsOnMachine(context)) {
    for (const open of other.ports) checkConflict(context, range, {open, owner: other.name, suffix: ''});
  }
  for (const open of writes.openPorts) {
    checkConflict(context, range, {open, owner: unit.name, suffix: ' requested earlier'});
  }
}

function getUnitsOnMachine({world, machine}: HookContext): HookContext['unit'][] {
  const names = machine.units.flatMap((name) => [name, ...(world.model.units[name]?.subordinates ?? [])]);
  return names.flatMap((name) => world.model.units[name] ?? []);
}

function checkConflict(
  {unit}: HookContext,
  range: PortRange,
  {open, owner, suffix}: {open: PortRange; owner: string; suffix: string},
): void {
  if (open.protocol !== range.protocol || open.from > range.to || range.from > open.to) return;
  if (owner === unit.name && open.from === range.from && open.to === range.to) return;
  const wanted = `cannot open ${formatPortRange(range)} (unit ${JSON.stringify(unit.name)})`;
  throw new ToolError(
    `${wanted}: port range conflicts with ${formatPortRange(open)} (unit ${JSON.stringify(owner)})${suffix}`,
  );
}

/** opened-ports: what the unit has open, without this hook's own wishes. */
export function getOpenedPorts(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat({endpoints: {kind: 'switch'}}));
  checkArguments(line, 0);
  const byRange = new Map<string, string[]>();
  for (const range of [...context.unit.ports].sort(comparePorts)) {
    const text = formatPortRange(range);
    byRange.set(text, [...(byRange.get(text) ?? []), range.endpoint === '' ? '*' : range.endpoint]);
  }
  if (!isOn(line, 'endpoints')) return succeed(renderValue(line, [...byRange.keys()]));
  const texts = [...byRange].map(([text, endpoints]) => `${text} (${endpoints.sort(compareText).join(', ')})`);
  return succeed(renderValue(line, texts));
}

/** Orders ports by protocol, then by number. */
export function comparePorts(left: PortRange, right: PortRange): number {
  return compareText(left.protocol, right.protocol) || left.from - right.from || left.to - right.to;
}
