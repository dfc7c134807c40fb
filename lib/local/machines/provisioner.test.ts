import assert from 'node:assert/strict';

import {addContainer, addMachine, removeMachine} from '../model/machines.ts';
import {createModelState, createStatus} from '../model/model.ts';
import type {MachineState, ModelState} from '../model/state.ts';
import type {Layer, PowerState} from './ports.ts';
import {Provisioner, type ProvisionerOptions} from './provisioner.ts';

const BASE: Layer = {id: 'base', folder: '/layers/base'};
const wanted = {base: 'debian@12', now: 0};

interface Lab {
  readonly model: ModelState;
  readonly events: string[];
  readonly power: Map<string, PowerState>;
  readonly boots: Map<string, number>;
  /** What could be expected of each machine when it was last told of. */
  readonly outlooks: Map<string, string>;
  readonly provisioner: Provisioner;
}

function createLab(
  overrides: Partial<ProvisionerOptions['room'] & ProvisionerOptions['layers']> = {},
  wasUp: ProvisionerOptions['wasUp'] = () => false,
): Lab {
  const model = createModelState({name: 'm', controller: 'c', seed: 1, secret: 's', now: 0});
  const events: string[] = [];
  const power = new Map<string, PowerState>();
  const boots = new Map<string, number>();
  const outlooks = new Map<string, string>();
  const room = {
    create: ({machine, layers}: {machine: MachineState; layers: readonly Layer[]}) => {
      events.push(`create ${machine.id} on ${layers.map(({id}) => id).join('+')}`);
      return Promise.resolve();
    },
    powerOn: (id: string) => {
      if (power.get(id) !== 'on') boots.set(id, (boots.get(id) ?? 0) + 1);
      events.push(`boot ${id}`);
      power.set(id, 'on');
      return Promise.resolve();
    },
    getPower: (id: string) => Promise.resolve(power.get(id) ?? 'off'),
    getCrash: () => Promise.resolve<string | null>(null),
    getBoot: (id: string) => Promise.resolve(String(boots.get(id) ?? 0)),
    waitForBoot: (id: string) => {
      events.push(`wait for ${id}`);
      return new Promise<void>((resolve) => setImmediate(resolve));
    },
    getWantedPower: () => Promise.resolve<PowerState | null>(null),
    destroy: (id: string) => {
      events.push(`destroy ${id}`);
      return Promise.resolve();
    },
    ...overrides,
  };
  const layers = {
    ensureBase: () => Promise.resolve(BASE),
    ensurePackages: (packages: readonly string[]) =>
      Promise.resolve([...(packages.length === 0 ? [] : [{id: packages.join(','), folder: '/l'}]), BASE]),
    getAsked: () => Promise.resolve(null),
    ...overrides,
  };
  const provisioner = new Provisioner({
    model,
    room,
    layers,
    getBinds: () => Promise.resolve([]),
    getCharmHash: (charm) => charm,
    wasUp,
    onCondition: (machine, condition, message) => {
      machine.agent = createStatus(condition, message, 0);
      outlooks.set(machine.id, provisioner.getOutlook(machine.id));
      events.push(`${machine.id} ${condition}${message === '' ? '' : `: ${message}`}`);
    },
    onBoot: ({id}, boot) => events.push(`${id} in boot ${boot}`),
    log: (machine, level, message) => events.push(`${machine.id} ${level} ${message}`),
    atOnce: 2,
  });
  return {model, events, power, boots, outlooks, provisioner};
}

async function bringUp({provisioner}: Lab): Promise<void> {
  provisioner.wake();
  while (!provisioner.isIdle) await new Promise(setImmediate);
}

describe('the provisioner of machines', () => {
  it('boots a machine before its containers, each once', async () => {
    const lab = createLab();
    const {id} = addMachine(lab.model, wanted);
    addContainer(lab.model, id, 'lxd', wanted);
    await bringUp(lab);
    await bringUp(lab);
    assert.deepEqual(
      lab.events.filter((event) => event.startsWith('boot')),
      ['boot 0', 'boot 0/lxd/0'],
    );
    assert.ok(lab.provisioner.getOutlook('0/lxd/0') === 'ready');
  });

  it('starts from the base, and says why, where a layer cannot be had', async () => {
    const lab = createLab({
      getAsked: () => Promise.resolve(['no-such']),
      ensurePackages: () => Promise.reject(new Error('no-such is in no archive')),
    });
    addMachine(lab.model, wanted);
    lab.model.applications['a'] = {...application('a'), units: ['a/0']};
    lab.model.units['a/0'] = unit('a/0', '0');
    await bringUp(lab);
    assert.ok(lab.events.includes('0 WARNING no-such is in no archive'), lab.events.join('; '));
    assert.ok(lab.events.includes('create 0 on base'));
    assert.ok(lab.provisioner.getOutlook('0') === 'ready');
  });

  it('tells of one that does not boot, leaves the others alone, and tries again when it is woken', async () => {
    let isBroken = true;
    const lab: Lab = createLab({
      powerOn: (id: string) =>
        id === '0' && isBroken ? Promise.reject(new Error('it hangs\nkernel: oops')) : Promise.resolve(),
    });
    addMachine(lab.model, wanted);
    addMachine(lab.model, wanted);
    await bringUp(lab);
    assert.ok(lab.events.includes('0 provisioning error: it hangs'));
    assert.deepEqual(
      [lab.provisioner.getOutlook('0') === 'ready', lab.provisioner.getOutlook('1') === 'ready'],
      [false, true],
    );
    isBroken = false;
    await bringUp(lab);
    assert.ok(lab.provisioner.getOutlook('0') === 'ready');
  });

  it('tells of a machine when hooks can run there, not before', async () => {
    const lab = createLab({powerOn: (id) => (id === '1' ? Promise.reject(new Error('it hangs')) : Promise.resolve())});
    addMachine(lab.model, wanted);
    addMachine(lab.model, wanted);
    await bringUp(lab);
    assert.deepEqual([...lab.outlooks.values()], ['ready', 'down']);
    lab.power.set('0', 'on');
    lab.boots.set('0', 2);
    await lab.provisioner.look();
    await bringUp(lab);
    assert.equal(lab.outlooks.get('0'), 'ready');
  });

  it('follows power that others switch', async () => {
    const lab = createLab();
    addMachine(lab.model, wanted);
    await bringUp(lab);
    lab.power.set('0', 'off');
    await lab.provisioner.look();
    assert.equal(lab.provisioner.getOutlook('0') === 'ready', false);
    // What is off stays off: whoever switched it off decides.
    await bringUp(lab);
    assert.equal(lab.events.filter((event) => event === 'boot 0').length, 1);
    lab.power.set('0', 'on');
    lab.boots.set('0', 2);
    await lab.provisioner.look();
    assert.equal(lab.provisioner.getOutlook('0'), 'pending', 'it has not booted yet');
    await bringUp(lab);
    assert.equal(lab.provisioner.getOutlook('0'), 'ready');
    assert.deepEqual(lab.events.slice(-4), ['0 down: the machine boots', 'wait for 0', '0 in boot 2', '0 started']);
  });

  it('tells of a machine that rebooted though it was never seen off', async () => {
    const lab = createLab();
    addMachine(lab.model, wanted);
    await bringUp(lab);
    lab.boots.set('0', 2);
    await lab.provisioner.look();
    await bringUp(lab);
    await lab.provisioner.look();
    assert.deepEqual(
      lab.events.filter((event) => / in boot | started/.test(event)),
      ['0 in boot 1', '0 started', '0 in boot 2', '0 started'],
    );
  });

  it('boots one again that crashed when it is woken: nobody switched it off', async () => {
    const lab = createLab({getWantedPower: () => Promise.resolve('on'), getCrash: () => Promise.resolve('it burst')});
    addMachine(lab.model, wanted);
    await bringUp(lab);
    lab.power.set('0', 'off');
    await Promise.all([lab.provisioner.look(), lab.provisioner.look()]);
    assert.equal(lab.provisioner.getOutlook('0'), 'down');
    const message = 'the machine crashed: it burst; the next change boots it again';
    assert.deepEqual(lab.events.slice(-2), [`0 WARNING ${message}`, `0 down: ${message}`]);
    assert.equal(lab.events.filter((event) => event.startsWith('0 down')).length, 1);
    lab.provisioner.wake();
    await new Promise(setImmediate);
    await bringUp(lab);
    assert.equal(lab.provisioner.getOutlook('0'), 'ready');
    assert.deepEqual(lab.events.slice(-4), ['0 down: the machine boots', 'boot 0', '0 in boot 2', '0 started']);
  });

  it('takes over what an earlier controller had up: on again what was on, off what was switched off', async () => {
    const lab = createLab(
      {getWantedPower: (id) => Promise.resolve(id === '0' ? 'on' : 'off')},
      ({agent}) => agent?.status === 'started',
    );
    for (const machine of [addMachine(lab.model, wanted), addMachine(lab.model, wanted)]) {
      machine.agent = createStatus('started', '', 0);
    }
    await bringUp(lab);
    assert.deepEqual(
      lab.events.filter((event) => /^(?:create|boot)/.test(event)),
      ['boot 0'],
    );
    assert.deepEqual(
      [lab.provisioner.getOutlook('0') === 'ready', lab.provisioner.getOutlook('1') === 'ready'],
      [true, false],
    );
  });

  it('follows the containers of a machine that was off when an earlier controller ended, until somebody switches it on', async () => {
    const lab = createLab(
      {
        getWantedPower: (id) => Promise.resolve<PowerState>(id === '0' ? 'off' : 'on'),
        powerOn: (id) => Promise.reject(new Error(`machine ${id} cannot be started: machine 0 is off`)),
      },
      () => true,
    );
    const {id} = addMachine(lab.model, wanted);
    const {id: container} = addContainer(lab.model, id, 'lxd', wanted);
    await bringUp(lab);
    assert.deepEqual(lab.events, [
      '0 down: the machine is switched off',
      '0/lxd/0 down: machine 0, which it is on, is off',
    ]);
    for (const machine of [id, container]) {
      lab.power.set(machine, 'on');
      lab.boots.set(machine, 1);
    }
    await lab.provisioner.look();
    while (!lab.provisioner.isIdle) await new Promise(setImmediate);
    assert.deepEqual(
      [id, container].map((machine) => lab.provisioner.getOutlook(machine)),
      ['ready', 'ready'],
    );
  });

  it('destroys a machine only when nothing is being done to it any more', async () => {
    const lab = createLab();
    const machine = addMachine(lab.model, wanted);
    lab.provisioner.wake();
    removeMachine(lab.model, machine.id);
    await lab.provisioner.destroy(machine);
    assert.deepEqual(lab.events.at(-1), 'destroy 0');
    assert.equal(
      lab.events.includes('boot 0') && lab.events.indexOf('boot 0') > lab.events.indexOf('destroy 0'),
      false,
    );
  });
});

function application(name: string): ModelState['applications'][string] {
  return {
    name,
    charm: `local:${name}-0`,
    life: 'alive',
    base: 'ubuntu@22.04',
    channel: '',
    exposed: false,
    subordinate: false,
    constraints: '',
    settings: {},
    configVersion: 0,
    trust: false,
    bindings: {},
    units: [],
    relations: [],
    leader: null,
    leaderSettings: {},
    leaderSettingsVersion: 0,
    status: null,
    version: '',
    annotations: {},
  };
}

function unit(name: string, machine: string): ModelState['units'][string] {
  const status = {status: 'unknown', message: '', data: {}, since: 0};
  return {
    name,
    application: name.split('/')[0] ?? '',
    machine,
    principal: null,
    subordinates: [],
    life: 'alive',
    charm: '',
    installed: false,
    started: false,
    stopped: false,
    forced: false,
    configVersion: -1,
    electedPending: false,
    leaderSettingsVersion: -1,
    upgradePending: false,
    relations: {},
    failed: null,
    error: null,
    workload: status,
    agent: status,
    workloadVersion: '',
    statusSet: false,
    ports: [],
    state: {},
    tasks: [],
    storage: [],
  };
}
