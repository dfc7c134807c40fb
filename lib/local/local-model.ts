import {getActionParams, isBundlePath, type Json, type JsonObject} from '#juju';
import type {CommandResult} from '#charm';

import type {DeployOptions, LocalModel, ModelSnapshot, RepeatableHook, SettleOptions, SettleResult} from './api.ts';
import {deployBundle} from './deploy/bundle.ts';
import {applySettings, coerceSettings} from './deploy/applications.ts';
import {deployCharm, hold, type Deployment} from './deploy/charm.ts';
import {refresh, type RefreshOptions} from './deploy/refresh.ts';
import {electLeaders, parsePlace, placeUnits} from './deploy/placement.ts';
import {LocalError} from './errors.ts';
import {getApplication, getPrincipalUnit, getUnit} from './model/model.ts';
import type {ConfigValue, ModelState, TaskState} from './model/state.ts';
import {addTask, findUnit} from './model/tasks.ts';
import {takeSnapshot} from './snapshot.ts';
import {mergeConfig} from './tools/config.ts';
import {runCommand} from './uniter/command.ts';
import {setLeader} from './uniter/leadership.ts';
import {addRelation, findRelation, inferEndpoints, removeRelation} from './uniter/relations.ts';
import {getRepeatableHooks, repeatHook} from './uniter/repeat.ts';
import {retryHook} from './uniter/retries.ts';
import {skipHook} from './uniter/run.ts';
import {settle} from './uniter/settle.ts';
import {setUnitDying, type RemovalOptions} from './uniter/units.ts';
import {endRelations} from './uniter/removal.ts';
import {removeApplicationIfLeft} from './uniter/scope.ts';
import type {World} from './uniter/world.ts';

/** A model in motion, driven by calls. Each call checks first and changes then; nothing runs before `settle`. */
export class RunningModel implements LocalModel {
  readonly #deployment: Deployment;
  readonly #world: World;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.#world = deployment.world;
  }

  get state(): ModelState {
    return this.#world.model;
  }

  get world(): World {
    return this.#world;
  }

  async deploy(charmOrBundle: string, options: DeployOptions = {}): Promise<readonly string[]> {
    const isBundle = await isBundlePath(charmOrBundle);
    const lines = await (isBundle ? deployBundle : deployCharm)(this.#deployment, charmOrBundle, options);
    electLeaders(this.#world);
    return lines;
  }

  /** Gives an application another charm, the next revision of its own or one from a path; the line that says so. */
  refresh(application: string, options: RefreshOptions = {}): Promise<string> {
    return refresh(this.#deployment, application, options);
  }

  settle(options: SettleOptions = {}): Promise<SettleResult> {
    return settle(this.#world, options);
  }

  config(application: string, settings: Readonly<Record<string, ConfigValue | null>>): void {
    applySettings(this.#world, application, coerceSettings(this.#world, application, settings));
  }

  /** Whether the application may see the cloud's credentials; config-changed follows when that is new. */
  setTrust(name: string, trust: boolean): void {
    const application = getApplication(this.state, name);
    if (application.trust === trust) return;
    application.trust = trust;
    application.configVersion += 1;
    for (const unit of application.units) this.#world.runnable.add(unit);
  }

  readConfig(name: string): Readonly<Record<string, ConfigValue>> {
    const {charm, settings} = getApplication(this.state, name);
    return mergeConfig(this.#world.getCharm(charm).config, settings);
  }

  integrate(first: string, second: string): number {
    return addRelation(this.#world, inferEndpoints(this.#world, first, second)).id;
  }

  removeRelation(first: string, second: string): void {
    removeRelation(this.#world, findRelation(this.#world, first, second));
  }

  async addUnit(name: string, options: {units?: number; to?: readonly string[]} = {}): Promise<readonly string[]> {
    const application = getApplication(this.state, name);
    if (application.subordinate) {
      throw new LocalError(`cannot add unit to application "${name}": cannot add a unit to a subordinate application`);
    }
    const places = (options.to ?? []).map(parsePlace);
    return hold(this.#deployment, async () => {
      const added = await placeUnits(this.#world, name, options.units ?? Math.max(1, places.length), places);
      electLeaders(this.#world);
      return added;
    });
  }

  removeUnit(name: string, options: RemovalOptions = {}): void {
    setUnitDying(this.#world, getPrincipalUnit(this.state, name), options);
  }

  removeApplication(name: string, options: RemovalOptions = {}): void {
    const application = getApplication(this.state, name);
    application.life = 'dying';
    const units = application.units.map((unit) => getUnit(this.state, unit));
    // Subordinates go with the relations to their principals; by force they wait for nothing.
    if (!application.subordinate || options.force === true) {
      for (const unit of units) setUnitDying(this.#world, unit, options);
    }
    if (application.subordinate || units.length === 0) endRelations(this.#world, application);
    removeApplicationIfLeft(this.#world, name);
  }

  async run(unit: string, action: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<TaskState> {
    const task = this.addTask(unit, action, parameters);
    await this.settle({updateStatus: false});
    return task;
  }

  /** Queues an action; `settle` runs it. */
  addTask(name: string, action: string, parameters: Readonly<Record<string, unknown>>, operation?: string): TaskState {
    const unit = findUnit(this.state, name);
    const spec = this.#world.getCharm(getApplication(this.state, unit.application).charm).actions[action];
    if (spec === undefined) throw new LocalError(`action "${action}" not defined on unit "${unit.name}"`);
    const checked = getActionParams(spec, toJsonObject(parameters));
    this.#world.runnable.add(unit.name);
    return addTask(this.state, {unit, action, parameters: checked, now: this.#world.now(), operation});
  }

  exec(name: string, command: readonly string[]): Promise<CommandResult> {
    return runCommand(this.#world, findUnit(this.state, name), command, this.#deployment.notify);
  }

  repeatHook(name: string, hook: string, remote: {relation?: number; unit?: string} = {}): Promise<number> {
    return repeatHook(this.#world, getUnit(this.state, name), {hook, ...remote});
  }

  getRepeatableHooks(name: string): readonly RepeatableHook[] {
    return getRepeatableHooks(this.#world, getUnit(this.state, name));
  }

  resolved(name: string, {retry = true}: {retry?: boolean} = {}): void {
    const unit = getUnit(this.state, name);
    const {failed} = unit;
    if (failed === null) throw new LocalError(`unit "${name}" is not in an error state`);
    if (!retry) skipHook(this.#world, unit, failed);
    retryHook(this.#world, unit);
  }

  moveLeadership(application: string, unit: string): void {
    setLeader(this.#world, getApplication(this.state, application), unit);
  }

  snapshot(): ModelSnapshot {
    return takeSnapshot(this.#world);
  }
}

/** Parameters as JSON has them; what JSON can not carry becomes text. */
function toJsonObject(parameters: Readonly<Record<string, unknown>>): JsonObject {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, toJson(value)]));
}

function toJson(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value;
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? value.map(toJson) : toJsonObject({...value});
    default:
      return String(value);
  }
}
