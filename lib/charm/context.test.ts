import assert from 'node:assert/strict';

import {ContextError, isLeaving, parseContext} from './context.ts';
import type {Environment} from './host.ts';

const COMMON: Environment = {
  JUJU_UNIT_NAME: 'ha/10',
  JUJU_MODEL_NAME: 'openstack',
  JUJU_MODEL_UUID: 'f00d',
  JUJU_MACHINE_ID: '0/lxd/1',
  JUJU_PRINCIPAL_UNIT: '',
  JUJU_REMOTE_UNIT: '',
  JUJU_DEPARTING_UNIT: '',
  JUJU_SECRET_ID: '',
};
const RELATION: Environment = {...COMMON, JUJU_RELATION: 'ha', JUJU_RELATION_ID: 'ha:7', JUJU_REMOTE_APP: 'masakari'};

describe('context of a hook', () => {
  it('names unit, application, model and machine', () => {
    assert.deepEqual(parseContext({...COMMON, JUJU_DISPATCH_PATH: 'hooks/install'}), {
      unit: 'ha/10',
      application: 'ha',
      modelName: 'openstack',
      modelUuid: 'f00d',
      machineId: '0/lxd/1',
      event: {kind: 'unit', name: 'install'},
    });
  });

  it('takes variables that are set but empty as absent', () => {
    const context = parseContext({...RELATION, JUJU_DISPATCH_PATH: 'hooks/ha-relation-created'});
    assert.equal('principalUnit' in context, false);
    assert.deepEqual(context.event, {
      kind: 'relation',
      name: 'ha-relation-created',
      endpoint: 'ha',
      step: 'created',
      relationId: 'ha:7',
      remoteApplication: 'masakari',
    });
  });

  it('has the principal unit of a subordinate', () => {
    const context = parseContext({...COMMON, JUJU_PRINCIPAL_UNIT: 'nova/1', JUJU_DISPATCH_PATH: 'hooks/start'});
    assert.equal(context.principalUnit, 'nova/1');
  });

  for (const step of ['created', 'joined', 'changed', 'departed', 'broken'] as const) {
    it(`knows the relation hook ${step}`, () => {
      const {event} = parseContext({
        ...RELATION,
        JUJU_DISPATCH_PATH: `hooks/neutron-api_x-relation-${step}`,
        JUJU_REMOTE_UNIT: 'masakari/3',
        JUJU_DEPARTING_UNIT: step === 'departed' ? 'masakari/3' : '',
      });
      assert.deepEqual(event, {
        kind: 'relation',
        name: `neutron-api_x-relation-${step}`,
        endpoint: 'neutron-api_x',
        step,
        relationId: 'ha:7',
        remoteApplication: 'masakari',
        remoteUnit: 'masakari/3',
        ...(step === 'departed' ? {departingUnit: 'masakari/3'} : {}),
      });
    });
  }

  it('tells an action from a hook of the same name', () => {
    const action = {...COMMON, JUJU_HOOK_NAME: '', JUJU_DISPATCH_PATH: 'actions/stop', JUJU_ACTION_UUID: '12'};
    assert.deepEqual(parseContext(action).event, {kind: 'action', name: 'stop', id: '12'});
    assert.deepEqual(parseContext({...COMMON, JUJU_DISPATCH_PATH: 'hooks/stop'}).event, {kind: 'unit', name: 'stop'});
  });

  it('knows which secret a secret hook is about', () => {
    const secret = {...COMMON, JUJU_SECRET_ID: 'secret:abc', JUJU_DISPATCH_PATH: 'hooks/secret-changed'};
    assert.deepEqual(parseContext(secret).event, {kind: 'secret', name: 'secret-changed', secretId: 'secret:abc'});
  });

  const broken: readonly [string, Environment, string][] = [
    ['a unit', {JUJU_DISPATCH_PATH: 'hooks/start'}, 'JUJU_UNIT_NAME'],
    ['a unit that is not empty', {...COMMON, JUJU_UNIT_NAME: '', JUJU_DISPATCH_PATH: 'hooks/start'}, 'JUJU_UNIT_NAME'],
    ['a unit with a number', {...COMMON, JUJU_UNIT_NAME: 'ha', JUJU_DISPATCH_PATH: 'hooks/start'}, 'JUJU_UNIT_NAME'],
    ['a path', COMMON, 'JUJU_DISPATCH_PATH'],
    ['a path of hooks or actions', {...COMMON, JUJU_DISPATCH_PATH: 'install'}, 'JUJU_DISPATCH_PATH'],
    ['a hook in the path', {...COMMON, JUJU_DISPATCH_PATH: 'hooks/'}, 'JUJU_DISPATCH_PATH'],
    [
      'the relation of a relation hook',
      {...COMMON, JUJU_DISPATCH_PATH: 'hooks/ha-relation-joined', JUJU_RELATION_ID: ''},
      'JUJU_RELATION_ID',
    ],
  ];
  for (const [what, environment, variable] of broken) {
    it(`needs ${what} and names the variable`, () => {
      assert.throws(
        () => parseContext(environment),
        (error) => error instanceof ContextError && error.variable === variable && error.message.startsWith(variable),
      );
    });
  }
});

describe('leaving', () => {
  const isLeavingIn = (environment: Environment): boolean => isLeaving(parseContext({...RELATION, ...environment}));

  it('is so in stop and remove, and when this unit departs from a relation', () => {
    assert.equal(isLeavingIn({JUJU_DISPATCH_PATH: 'hooks/stop'}), true);
    assert.equal(isLeavingIn({JUJU_DISPATCH_PATH: 'hooks/remove'}), true);
    const departed = {JUJU_DISPATCH_PATH: 'hooks/ha-relation-departed', JUJU_REMOTE_UNIT: 'masakari/0'};
    assert.equal(isLeavingIn({...departed, JUJU_DEPARTING_UNIT: 'ha/10'}), true);
  });

  it('is not so when another departs, nor in other hooks, nor in an action called stop', () => {
    const departed = {JUJU_DISPATCH_PATH: 'hooks/ha-relation-departed', JUJU_REMOTE_UNIT: 'masakari/0'};
    assert.equal(isLeavingIn({...departed, JUJU_DEPARTING_UNIT: 'masakari/0'}), false);
    assert.equal(isLeavingIn({...departed, JUJU_DEPARTING_UNIT: 'ha/1'}), false);
    assert.equal(isLeavingIn({JUJU_DISPATCH_PATH: 'hooks/ha-relation-broken'}), false);
    assert.equal(isLeavingIn({JUJU_DISPATCH_PATH: 'hooks/update-status'}), false);
    assert.equal(isLeavingIn({JUJU_DISPATCH_PATH: 'actions/stop'}), false);
  });
});
