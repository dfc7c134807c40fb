import type {CommandOptions, CommandResult} from '../host.ts';
import {listFolder} from './folder.ts';
import type {MemoryHost, ModelledCommand, PackageModel, ServiceRecord} from './memory-host.ts';

const succeed = (stdout = ''): CommandResult => ({exitCode: 0, stdout, stderr: ''});
const fail = (exitCode: number, stderr: string, stdout = ''): CommandResult => ({
  exitCode,
  stdout,
  stderr: `${stderr}\n`,
});
const notModelled = (program: string, args: readonly string[]): CommandResult =>
  fail(127, `not modelled: ${[program, ...args].join(' ')}`);

/** The programs of every Debian machine that charms and their users call. */
export const HOST_COMMANDS: Readonly<Record<string, ModelledCommand>> = {
  'apt-get': runAptGet,
  'dpkg-query': runDpkgQuery,
  systemctl: runSystemctl,
  cat: runCat,
  ls: runLs,
  runuser: runAsUser,
  hostname: async (_args, _options, host) => succeed(`${(await host.facts()).hostname}\n`),
};

/** `runuser -u <user> -- <program> …`. */
function runAsUser(args: readonly string[], options: CommandOptions, host: MemoryHost): ReturnType<ModelledCommand> {
  const [flag, user = '', dashes, program = '', ...rest] = args;
  if (flag !== '-u' || dashes !== '--') {
    return notModelled('runuser', args);
  }
  return host.state.users.includes(user)
    ? host.processes.run(program, rest, options)
    : fail(1, `runuser: user ${user} does not exist or the user entry does not contain all the required fields`);
}

function runAptGet(args: readonly string[], _options: unknown, host: MemoryHost): CommandResult {
  const [verb, ...rest] = args;
  if (verb === 'update') {
    return succeed();
  }
  if (verb !== 'install') {
    return notModelled('apt-get', args);
  }
  const names = getOperands(rest);
  const unknown = names.find((name) => host.catalog[name] === undefined);
  if (unknown !== undefined) {
    return fail(100, `E: Unable to locate package ${unknown}`);
  }
  for (const name of names) {
    installPackage(name, host);
  }
  return succeed();
}

/** Arguments that are neither options nor the value of `--option`. */
function getOperands(args: readonly string[]): readonly string[] {
  return args.filter(
    (arg, index) => !arg.startsWith('-') && args[index - 1] !== '--option' && args[index - 1] !== '-o',
  );
}

function installPackage(name: string, host: MemoryHost): void {
  const model = host.catalog[name];
  if (model === undefined || host.state.packages[name] !== undefined) {
    return;
  }
  for (const dependency of model.depends ?? []) {
    installPackage(dependency, host);
  }
  host.state.packages[name] = model.version;
  host.effects.push(`install ${name}`);
  addAccounts(host, model);
  for (const [path, file] of Object.entries(model.files ?? {})) {
    // As with --force-confold: a file that is already there stays.
    host.state.files[path] ??= file;
  }
  addServices(host, model);
}

function addAccounts({state}: MemoryHost, {users = [], groups = []}: PackageModel): void {
  state.users.push(...users.filter((user) => !state.users.includes(user)));
  state.groups.push(...groups.filter((group) => !state.groups.includes(group)));
}

function addServices({state}: MemoryHost, {services = [], idleServices = []}: PackageModel): void {
  for (const name of services) {
    state.services[name] ??= {isEnabled: true, isRunning: true, starts: 1};
  }
  for (const name of idleServices) {
    state.services[name] ??= {isEnabled: false, isRunning: false, starts: 0};
  }
}

function runDpkgQuery(args: readonly string[], _options: unknown, host: MemoryHost): CommandResult {
  const names = getOperands(args);
  const lines = names.flatMap((name) => {
    const version = host.state.packages[name];
    return version === undefined ? [] : [`${name}\tinstalled\t${version}\n`];
  });
  const missing = names.filter((name) => host.state.packages[name] === undefined);
  const stderr = missing.map((name) => `dpkg-query: no packages found matching ${name}`).join('\n');
  return missing.length === 0 ? succeed(lines.join('')) : fail(1, stderr, lines.join(''));
}

function runSystemctl(args: readonly string[], _options: unknown, host: MemoryHost): CommandResult {
  const [verb = '', ...rest] = args;
  const names = getOperands(rest).map((name) => name.replace(/\.service$/, ''));
  names.forEach((name) => {
    addWrittenUnit(name, host);
  });
  if (isServiceVerb(verb)) {
    return changeServices(verb, names, host);
  }
  switch (verb) {
    case 'daemon-reload':
      return succeed();
    case 'show':
      return succeed(names.map((name) => showService(name, host.state.services[name])).join('\n'));
    case 'status':
      return runStatus(names[0] ?? '', host);
    case 'is-active':
      return runIsActive(names[0] ?? '', host);
    default:
      return notModelled('systemctl', args);
  }
}

/** A unit whose file somebody wrote is there from then on, stopped and disabled. */
function addWrittenUnit(name: string, {state}: MemoryHost): void {
  if (state.files[`/etc/systemd/system/${getUnitName(name)}`] !== undefined) {
    state.services[name] ??= {isEnabled: false, isRunning: false, starts: 0};
  }
}

/** Timers keep their suffix. */
function getUnitName(name: string): string {
  return name.endsWith('.timer') ? name : `${name}.service`;
}

function showService(name: string, service: ServiceRecord | undefined): string {
  const properties = [
    ['Id', getUnitName(name)],
    ['LoadState', service === undefined ? 'not-found' : 'loaded'],
    ['ActiveState', service?.isRunning === true ? 'active' : 'inactive'],
    ['UnitFileState', service === undefined ? '' : service.isEnabled ? 'enabled' : 'disabled'],
    ['NeedDaemonReload', 'no'],
  ];
  return properties.map(([key, value]) => `${key}=${value}\n`).join('');
}

function runStatus(name: string, {state}: MemoryHost): CommandResult {
  const service = state.services[name];
  if (service === undefined) {
    return fail(4, `Unit ${name}.service could not be found.`);
  }
  const enabled = service.isEnabled ? 'enabled' : 'disabled';
  const text = [
    `${service.isRunning ? '●' : '○'} ${name}.service`,
    `     Loaded: loaded (/lib/systemd/system/${name}.service; ${enabled}; preset: enabled)`,
    `     Active: ${service.isRunning ? 'active (running)' : 'inactive (dead)'}`,
    '',
  ].join('\n');
  return {exitCode: service.isRunning ? 0 : 3, stdout: text, stderr: ''};
}

function runIsActive(name: string, {state}: MemoryHost): CommandResult {
  const isRunning = state.services[name]?.isRunning === true;
  return {exitCode: isRunning ? 0 : 3, stdout: isRunning ? 'active\n' : 'inactive\n', stderr: ''};
}

const SERVICE_VERBS = ['start', 'stop', 'restart', 'reload', 'enable', 'disable'] as const;
type ServiceVerb = (typeof SERVICE_VERBS)[number];

function isServiceVerb(verb: string): verb is ServiceVerb {
  return SERVICE_VERBS.some((known) => known === verb);
}

function changeServices(verb: ServiceVerb, names: readonly string[], host: MemoryHost): CommandResult {
  const unknown = names.find((name) => host.state.services[name] === undefined);
  if (unknown !== undefined) {
    return fail(5, `Failed to ${verb} ${unknown}.service: Unit ${unknown}.service not found.`);
  }
  for (const name of names) {
    const service = host.state.services[name];
    if (service !== undefined) {
      changeService(verb, service);
      host.effects.push(`${verb} ${name}`);
    }
  }
  return succeed();
}

function changeService(verb: ServiceVerb, service: ServiceRecord): void {
  switch (verb) {
    case 'enable':
    case 'disable':
      service.isEnabled = verb === 'enable';
      return;
    case 'stop':
      service.isRunning = false;
      return;
    case 'reload':
      return;
    default:
      service.starts += verb === 'restart' || !service.isRunning ? 1 : 0;
      service.isRunning = true;
  }
}

function runCat(args: readonly string[], _options: unknown, host: MemoryHost): CommandResult {
  const missing = args.find((path) => host.state.files[path] === undefined);
  const stdout = args.map((path) => host.state.files[path]?.content ?? '').join('');
  return missing === undefined ? succeed(stdout) : fail(1, `cat: ${missing}: No such file or directory`, stdout);
}

function runLs(args: readonly string[], _options: unknown, host: MemoryHost): CommandResult {
  const [path = '/'] = getOperands(args);
  if (host.state.files[path] !== undefined) {
    return succeed(`${path}\n`);
  }
  const names = listFolder(host.state.files, path);
  return names.length === 0
    ? fail(2, `ls: cannot access '${path}': No such file or directory`)
    : succeed(names.map((name) => `${name}\n`).join(''));
}
