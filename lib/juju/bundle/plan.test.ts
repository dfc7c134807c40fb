import assert from 'node:assert/strict';
import {makeApplication, makeCharm, makeModel, resolveCharms} from '../testing/charms.ts';
import {parseMachineMap} from './machine-map.ts';
import {planBundle} from './plan.ts';
import type {Change, ModelSnapshot} from './plan-types.ts';
import {parseBundle} from './read.ts';

interface Case {
  readonly bundle: string;
  readonly model?: Partial<ModelSnapshot>;
  readonly map?: string;
  readonly architecture?: string;
}

function plan({bundle: text, model = {}, map = '', architecture}: Case): Change[] {
  const {bundle} = parseBundle(text);
  return planBundle({
    bundle,
    model: makeModel(model),
    charms: resolveCharms(bundle),
    mapMachines: parseMachineMap(map),
    ...(architecture === undefined ? {} : {defaultArchitecture: architecture}),
  });
}

/** Lines without the uploads and deployments, which most cases are not about. */
function units(input: Case): string[] {
  return lines(input).filter((line) => !/^(?:upload|deploy) /u.test(line));
}

function lines(input: Case): string[] {
  return plan(input).flatMap((change) => change.description);
}

const upload = (name: string): string => `upload charm ${name} from charm-hub`;
const deploy = (name: string, rest = ''): string => `deploy application ${name} from charm-hub${rest}`;
const exposeAll = (name: string): string =>
  `expose all endpoints of ${name} and allow access from CIDRs 0.0.0.0/0 and ::/0`;

describe('a bundle plan for applications', () => {
  it('deploys, exposes and annotates before units', () => {
    const bundle = 'applications: {django: {charm: cs:django-4, num_units: 1, expose: true, annotations: {gui-x: 1}}}';
    assert.deepEqual(lines({bundle}), [
      upload('django'),
      deploy('django'),
      exposeAll('django'),
      'set annotations for django',
      'add unit django/0 to new machine 0',
    ]);
  });

  it('names bases, channels, revisions and the architecture', () => {
    const bundle = `
default-base: ubuntu@20.04
applications:
  mysql: {charm: ch:mysql, revision: 42, channel: stable, num_units: 1, to: ['0']}
  wordpress: {charm: ch:wordpress, channel: stable, num_units: 1, to: ['1']}
machines: {0: , 1: }
relations: [[wordpress:db, mysql:db]]
`;
    const base = 'ubuntu@20.04/stable';
    assert.deepEqual(lines({bundle, architecture: 'amd64'}), [
      `upload charm mysql from charm-hub for base ${base} with revision 42 with architecture=amd64`,
      `deploy application mysql from charm-hub on ${base} with stable`,
      `upload charm wordpress from charm-hub for base ${base} from channel stable with architecture=amd64`,
      `deploy application wordpress from charm-hub on ${base} with stable`,
      'add new machine 0',
      'add new machine 1',
      'add relation wordpress:db - mysql:db',
      'add unit mysql/0 to new machine 0',
      'add unit wordpress/0 to new machine 1',
    ]);
  });

  it('uploads a charm once for each architecture and base', () => {
    const bundle = `
applications:
  django-a: {charm: cs:django-4, constraints: arch=amd64, series: bionic}
  django-b: {charm: cs:django-4, constraints: arch=s390x, series: bionic}
  django-c: {charm: cs:django-4, constraints: arch=s390x, series: focal}
  django-d: {charm: cs:django-4, constraints: arch=s390x, series: focal}
`;
    assert.deepEqual(lines({bundle}), [
      `${upload('django')} for base ubuntu@18.04/stable with architecture=amd64`,
      deploy('django-a', ' on ubuntu@18.04/stable using django'),
      `${upload('django')} for base ubuntu@18.04/stable with architecture=s390x`,
      deploy('django-b', ' on ubuntu@18.04/stable using django'),
      `${upload('django')} for base ubuntu@20.04/stable with architecture=s390x`,
      deploy('django-c', ' on ubuntu@20.04/stable using django'),
      deploy('django-d', ' on ubuntu@20.04/stable using django'),
    ]);
  });

  it('does not upload a charm that the model uses already', () => {
    const bundle = 'applications: {django: {charm: cs:django-4, num_units: 1, expose: true}}';
    const model = {applications: {other: makeApplication('cs:django-4')}};
    assert.deepEqual(lines({bundle, model}), [
      deploy('django'),
      exposeAll('django'),
      'add unit django/0 to new machine 0',
    ]);
  });

  it('upgrades to another charm or revision', () => {
    const model = {applications: {django: makeApplication('cs:django-4', ['django/0@0'])}, machines: ['0']};
    assert.deepEqual(lines({bundle: 'applications: {django: {charm: cs:django-6, num_units: 1}}', model}), [
      upload('django'),
      'upgrade django from charm-hub using charm django',
    ]);
    const edge = {applications: {django: makeApplication('ch:django', [], {channel: 'edge', revision: 1})}};
    const bundle = 'applications: {django: {charm: ch:django, channel: stable, revision: 42}}';
    assert.throws(() => plan({bundle, model: edge}), {
      message:
        'upgrades not supported across channels (existing: "edge", requested: "stable"); use --force to override',
    });
  });

  it('sets only options and annotations that differ, and leaves others alone', () => {
    const bundle =
      'applications: {django: {charm: cs:django-4, options: {key-1: a, key-2: b}, annotations: {gui-x: 1, gui-y: 2}}}';
    const options = {'key-1': 'a', 'key-2': 'x', 'key-3': 'y'};
    const annotations = {'gui-x': '1', 'gui-y': '9'};
    const model = {applications: {django: makeApplication('cs:django-4', [], {options, annotations})}};
    const changes = plan({bundle, model});
    assert.deepEqual(
      changes.flatMap((change) => change.description),
      ['set application options for django', 'set annotations for django'],
    );
    assert.deepEqual(changes[0]?.args, {application: 'django', options: {'key-2': 'b'}});
  });

  it('sets constraints as written when they differ in meaning', () => {
    const bundle = 'applications: {django: {charm: cs:django-4, constraints: cpu-cores=4 cpu-power=42}}';
    const with_ = (constraints: string): Case => ({
      bundle,
      model: {applications: {django: makeApplication('cs:django-4', [], {constraints})}},
    });
    assert.deepEqual(lines(with_('mem=4G')), ['set constraints for django to "cpu-cores=4 cpu-power=42"']);
    assert.deepEqual(lines(with_('cpu-power=42 cores=4')), []);
  });

  it('groups exposed endpoints by who may reach them, and scales Kubernetes applications', () => {
    const bundle = `
bundle: kubernetes
applications: {django: {charm: cs:django-4, num_units: 2}}
---
applications:
  django:
    exposed-endpoints:
      '': {expose-to-cidrs: [0.0.0.0/0]}
      www: {expose-to-cidrs: [13.37.0.0/16, 192.168.0.0/16]}
      admin: {expose-to-cidrs: [13.37.0.0/16, 192.168.0.0/16]}
      dmz: {expose-to-spaces: [public], expose-to-cidrs: [13.37.0.0/16]}
`;
    const existing = makeApplication('cs:django-4', ['django/0', 'django/1', 'django/2'], {exposed: true});
    assert.deepEqual(lines({bundle, model: {applications: {django: existing}}}), [
      'expose all endpoints of django and allow access from CIDR 0.0.0.0/0',
      'override expose settings for endpoints admin,www of django and allow access from CIDRs 13.37.0.0/16,192.168.0.0/16',
      'override expose settings for endpoint dmz of django and allow access from space public and CIDR 13.37.0.0/16',
      'scale django to 2 units',
    ]);
  });

  it('deploys Kubernetes applications with their units', () => {
    const bundle = `
bundle: kubernetes
applications:
  gitlab: {charm: ch:gitlab-k8s, channel: new/edge, scale: 1, placement: foo=bar}
  mariadb: {charm: ch:mariadb-k8s, scale: 2}
relations: [[gitlab:mysql, mariadb:server]]
`;
    assert.deepEqual(lines({bundle, architecture: 'amd64'}), [
      'upload charm gitlab-k8s from charm-hub from channel new/edge with architecture=amd64',
      'deploy application gitlab from charm-hub with 1 unit with new/edge using gitlab-k8s',
      'upload charm mariadb-k8s from charm-hub with architecture=amd64',
      'deploy application mariadb from charm-hub with 2 units using mariadb-k8s',
      'add relation gitlab:mysql - mariadb:server',
    ]);
  });

  it('consumes offers, and makes and grants its own', () => {
    const bundle = `
applications: {wordpress: {charm: ch:wordpress}}
saas: {mysql: {url: heather:admin/default.mysql}}
relations: [[wordpress:db, mysql:db]]
---
applications: {wordpress: {offers: {blog: {endpoints: [website, logs], acl: {foo: admin}}}}}
`;
    assert.deepEqual(lines({bundle}).slice(2), [
      'consume offer mysql at heather:admin/default.mysql',
      'create offer blog using wordpress:website,logs',
      'grant user foo admin access to offer blog',
      'add relation wordpress:db - mysql:db',
    ]);
  });

  it('types options by the charm', () => {
    const {bundle} = parseBundle('applications: {app: {charm: ch:app, options: {a: 0x10, b: yes, c: "1.5"}}}');
    const charm = makeCharm('app', '', '  a: {type: int}\n  b: {type: boolean}\n  c: {type: float}');
    const changes = planBundle({bundle, model: makeModel(), charms: resolveCharms(bundle, {app: charm})});
    const found = changes.find((change) => change.method === 'deploy');
    assert.deepEqual(found?.args.options, {a: 16, b: true, c: 1.5});
  });
});

describe('a bundle plan for units', () => {
  const django = 'applications: {django: {charm: cs:django-4, num_units: 2}}';
  const withDjango = (...names: string[]): Partial<ModelSnapshot> => ({
    applications: {django: makeApplication('cs:django-4', names)},
  });

  it('adds only missing units, numbered by the sequences', () => {
    assert.deepEqual(lines({bundle: django, model: withDjango('django/0@0')}), ['add unit django/1 to new machine 1']);
    const sequences = {'application-django': 2, machine: 3};
    assert.deepEqual(lines({bundle: django, model: {...withDjango('django/0@0'), sequences}}), [
      'add unit django/2 to new machine 3',
    ]);
    assert.deepEqual(lines({bundle: django, model: withDjango('django/0@0', 'django/1@1', 'django/2@2')}), []);
  });

  it('says which bundle machine a new machine is, and does not use it twice', () => {
    const bundle = `
applications: {django: {charm: cs:django-4, num_units: 2, to: [1]}}
machines: {1: {annotations: {a: b}}}
`;
    assert.deepEqual(units({bundle}), [
      'add new machine 0 (bundle machine 1)',
      'set annotations for new machine 0',
      'add unit django/0 to new machine 0',
      'add unit django/1 to new machine 1',
    ]);
  });

  it('lists machines in natural order', () => {
    const ids = Array.from({length: 13}, (_, index) => index);
    const machines = ids.map((id) => `  ${id}:`).join('\n');
    const bundle = `applications: {ubu: {charm: ch:ubu, num_units: 13, to: [${ids.join(', ')}]}}\nmachines:\n${machines}\n`;
    assert.deepEqual(units({bundle}), [
      ...ids.map((id) => `add new machine ${id}`),
      ...ids.map((id) => `add unit ubu/${id} to new machine ${id}`),
    ]);
  });

  it('places units beside named units', () => {
    const bundle =
      'applications: {django: {charm: cs:d, num_units: 1}, nginx: {charm: cs:n, num_units: 2, to: [django/0]}}';
    assert.deepEqual(units({bundle}), [
      'add unit django/0 to new machine 0',
      'add unit nginx/0 to new machine 0 to satisfy [django/0]',
      'add unit nginx/1 to new machine 1',
    ]);
  });

  it('uses mapped machines', () => {
    const bundle = `
applications:
  django: {charm: cs:d, num_units: 1, to: [1]}
  nginx: {charm: cs:n, num_units: 1, to: [django/0]}
machines: {1: }
`;
    assert.deepEqual(units({bundle, model: {machines: ['0']}, map: '1=0'}), [
      'add unit django/0 to existing machine 0',
      'add unit nginx/0 to existing machine 0 to satisfy [django/0]',
    ]);
  });

  it('places units beside each unit of an application until there are no more', () => {
    const bundle =
      'applications: {django: {charm: cs:d, num_units: 3}, nginx: {charm: cs:n, num_units: 5, to: [django]}}';
    assert.deepEqual(units({bundle}), [
      ...[0, 1, 2].map((n) => `add unit django/${n} to new machine ${n}`),
      ...[0, 1, 2].map((n) => `add unit nginx/${n} to new machine ${n} to satisfy [django]`),
      'add unit nginx/3 to new machine 3',
      'add unit nginx/4 to new machine 4',
    ]);
  });

  describe('beside five units of which some exist', () => {
    const bundle =
      'applications: {django: {charm: cs:d, num_units: 5}, nginx: {charm: cs:n, num_units: 5, to: [django]}}';
    const existing = makeApplication('cs:d', ['django/0@0', 'django/1@1', 'django/3@3']);

    it('takes the existing ones first', () => {
      assert.deepEqual(lines({bundle, model: {applications: {django: existing}, machines: ['0', '1', '3']}}), [
        upload('n'),
        deploy('nginx', ' using n'),
        'add unit django/4 to new machine 4',
        'add unit django/5 to new machine 5',
        'add unit nginx/0 to existing machine 0 to satisfy [django]',
        'add unit nginx/1 to existing machine 1 to satisfy [django]',
        'add unit nginx/2 to existing machine 3 to satisfy [django]',
        'add unit nginx/3 to new machine 4 to satisfy [django]',
        'add unit nginx/4 to new machine 5 to satisfy [django]',
      ]);
    });

    it('passes over those that have a unit beside them', () => {
      const nginx = makeApplication('cs:n', ['nginx/0@0', 'nginx/1@1', 'nginx/2@4']);
      const model = {applications: {django: existing, nginx}, machines: ['0', '1', '3', '4']};
      assert.deepEqual(lines({bundle, model}), [
        'add unit django/4 to new machine 5',
        'add unit django/5 to new machine 6',
        'add unit nginx/3 to existing machine 3 to satisfy [django]',
        'add unit nginx/4 to new machine 5 to satisfy [django]',
      ]);
    });
  });

  describe('in containers', () => {
    const bundle = `
applications:
  mysql: {charm: cs:mysql, num_units: 3, to: [new, 'lxd:0', 'lxd:new']}
  keystone: {charm: cs:keystone, num_units: 3, to: ['lxd:mysql']}
machines: {0: }
`;
    const mysql = makeApplication('cs:mysql', ['mysql/0@0/lxd/0']);

    it('makes containers on new machines and beside units', () => {
      assert.deepEqual(units({bundle}), [
        'add new machine 0',
        'add new machine 1',
        'add lxd container 0/lxd/0 on new machine 0',
        'add lxd container 2/lxd/0 on new machine 2',
        'add unit mysql/0 to new machine 1',
        'add unit mysql/1 to 0/lxd/0',
        'add unit mysql/2 to 2/lxd/0',
        'add lxd container 1/lxd/0 on new machine 1',
        'add lxd container 0/lxd/1 on new machine 0',
        'add lxd container 2/lxd/1 on new machine 2',
        'add unit keystone/0 to 1/lxd/0 to satisfy [lxd:mysql]',
        'add unit keystone/1 to 0/lxd/1 to satisfy [lxd:mysql]',
        'add unit keystone/2 to 2/lxd/1 to satisfy [lxd:mysql]',
      ]);
    });

    it('infers the machine of a deployed unit', () => {
      assert.deepEqual(units({bundle, model: {applications: {mysql}, machines: ['0', '0/lxd/0']}}), [
        'add unit keystone/0 to 0/lxd/1 to satisfy [lxd:mysql]',
        'add new machine 1',
        'add lxd container 2/lxd/0 on new machine 2',
        'add unit mysql/1 to new machine 1',
        'add unit mysql/2 to 2/lxd/0',
        'add lxd container 1/lxd/0 on new machine 1',
        'add lxd container 2/lxd/1 on new machine 2',
        'add unit keystone/1 to 1/lxd/0 to satisfy [lxd:mysql]',
        'add unit keystone/2 to 2/lxd/1 to satisfy [lxd:mysql]',
      ]);
    });

    it('follows an explicit map and prints no line for a container on a mapped machine', () => {
      const machines = ['0', '0/lxd/0', '2', '2/lxd/0'];
      assert.deepEqual(units({bundle, model: {applications: {mysql}, machines}, map: '0=2'}), [
        'add unit keystone/0 to 0/lxd/1 to satisfy [lxd:mysql]',
        'add new machine 3',
        'add unit mysql/1 to new machine 3',
        'add unit mysql/2 to 2/lxd/1',
        'add lxd container 3/lxd/0 on new machine 3',
        'add lxd container 2/lxd/2 on existing machine 2',
        'add unit keystone/1 to 3/lxd/0 to satisfy [lxd:mysql]',
        'add unit keystone/2 to 2/lxd/2 to satisfy [lxd:mysql]',
      ]);
    });

    it('takes container numbers from the sequence', () => {
      const text =
        'applications: {mysql: {charm: cs:mysql, num_units: 1}, keystone: {charm: cs:k, num_units: 1, to: ["lxd:mysql"]}}';
      const model = {applications: {mysql}, machines: ['0', '0/lxd/0'], sequences: {'machine-0/lxd': 2}};
      assert.deepEqual(units({bundle: text, model}), ['add unit keystone/0 to 0/lxd/2 to satisfy [lxd:mysql]']);
    });

    it('makes siblings, never nested containers', () => {
      const text = `
applications:
  mysql: {charm: cs:mysql, num_units: 3, to: ['lxd:new']}
  keystone: {charm: cs:keystone, num_units: 3, to: ['lxd:mysql']}
`;
      const three = [0, 1, 2];
      assert.deepEqual(units({bundle: text}), [
        ...three.map((n) => `add lxd container ${n}/lxd/0 on new machine ${n}`),
        ...three.map((n) => `add unit mysql/${n} to ${n}/lxd/0`),
        ...three.map((n) => `add lxd container ${n}/lxd/1 on new machine ${n}`),
        ...three.map((n) => `add unit keystone/${n} to ${n}/lxd/1 to satisfy [lxd:mysql]`),
      ]);
      const shared = text.replace("['lxd:mysql']", '[mysql/0, mysql/1, mysql/2]');
      assert.deepEqual(units({bundle: shared}), [
        ...three.map((n) => `add lxd container ${n}/lxd/0 on new machine ${n}`),
        ...three.map((n) => `add unit mysql/${n} to ${n}/lxd/0`),
        ...three.map((n) => `add unit keystone/${n} to ${n}/lxd/0 to satisfy [mysql/${n}]`),
      ]);
    });

    it('fills the gap beside existing units, then makes plain machines', () => {
      const text = `
applications:
  mysql: {charm: cs:mysql, num_units: 3, to: ['lxd:new']}
  keystone: {charm: cs:keystone, num_units: 4, to: ['lxd:mysql']}
`;
      const applications = {
        mysql: makeApplication('cs:mysql', ['mysql/0@0/lxd/0', 'mysql/1@1/lxd/0', 'mysql/2@2/lxd/0']),
        keystone: makeApplication('cs:keystone', ['keystone/0@0/lxd/1', 'keystone/2@2/lxd/1']),
      };
      const sequences = {machine: 3, 'application-keystone': 3, 'machine-1/lxd': 2};
      assert.deepEqual(lines({bundle: text, model: {applications, sequences, machines: ['0', '1', '2']}}), [
        'add unit keystone/3 to 1/lxd/2 to satisfy [lxd:mysql]',
        'add unit keystone/4 to new machine 3',
      ]);
    });

    it('makes them beside named units', () => {
      const text = `
applications:
  mysql: {charm: cs:mysql, num_units: 3}
  keystone: {charm: cs:keystone, num_units: 3, to: ['lxd:mysql/0', 'lxd:mysql/1', 'lxd:mysql/2']}
`;
      const three = [0, 1, 2];
      assert.deepEqual(units({bundle: text}), [
        ...three.map((n) => `add unit mysql/${n} to new machine ${n}`),
        ...three.map((n) => `add lxd container ${n}/lxd/0 on new machine ${n}`),
        ...three.map((n) => `add unit keystone/${n} to ${n}/lxd/0 to satisfy [lxd:mysql/${n}]`),
      ]);
    });

    it('orders a mixed deployment as Juju does', () => {
      const text = `
series: xenial
applications:
  memcached: {charm: cs:xenial/mem-47, num_units: 3, to: [1, 2, 3]}
  django: {charm: cs:xenial/django-42, num_units: 4, to: [1, 'lxd:memcached']}
  ror: {charm: cs:rails, num_units: 3, to: [1, 'kvm:3']}
machines: {1: , 2: , 3: }
`;
      const three = [0, 1, 2];
      const base = 'ubuntu@16.04/stable';
      assert.deepEqual(lines({bundle: text}), [
        `${upload('django')} for base ${base}`,
        deploy('django', ` on ${base}`),
        `${upload('mem')} for base ${base}`,
        deploy('memcached', ` on ${base} using mem`),
        `${upload('rails')} for base ${base}`,
        deploy('ror', ` on ${base} using rails`),
        ...three.map((n) => `add new machine ${n} (bundle machine ${n + 1})`),
        'add unit django/0 to new machine 0',
        ...three.map((n) => `add unit memcached/${n} to new machine ${n}`),
        'add unit ror/0 to new machine 0',
        'add kvm container 2/kvm/0 on new machine 2',
        ...three.map((n) => `add lxd container ${n}/lxd/0 on new machine ${n}`),
        ...three.map((n) => `add unit django/${n + 1} to ${n}/lxd/0 to satisfy [lxd:memcached]`),
        'add unit ror/1 to 2/kvm/0',
        'add unit ror/2 to new machine 3',
      ]);
    });

    it('puts a container on a machine made for it', () => {
      const text = 'applications: {memcached: {charm: cs:m, num_units: 2, to: [1, "lxd:2"]}}\nmachines: {1: , 2: }';
      const model = {applications: {memcached: makeApplication('cs:m', ['memcached/1@1'])}, machines: ['1']};
      assert.deepEqual(lines({bundle: text, model, map: 'existing'}), [
        'add new machine 2',
        'add lxd container 2/lxd/0 on new machine 2',
        'add unit memcached/2 to 2/lxd/0',
      ]);
    });
  });

  it('annotates a mapped machine and nothing else', () => {
    const bundle =
      'applications: {mysql: {charm: cs:m, num_units: 1, to: ["0"]}}\nmachines: {0: {annotations: {a: b}}}';
    const model = {
      applications: {mysql: makeApplication('cs:m', ['mysql/0@0/lxd/0'])},
      machines: ['0', '0/lxd/0', '2'],
    };
    assert.deepEqual(lines({bundle, model, map: '0=2'}), ['set annotations for existing machine 2']);
  });

  it('makes a machine that no unit hints at, unless it is mapped', () => {
    const bundle = 'applications: {foo: {charm: cs:foo, num_units: 3, to: [0, 1, 2]}}\nmachines: {0: , 1: , 2: }';
    const model = {applications: {foo: makeApplication('cs:foo', ['foo/1@1', 'foo/2@2'])}, machines: ['0', '1', '2']};
    assert.deepEqual(lines({bundle, model}), [
      'add new machine 3 (bundle machine 0)',
      'add unit foo/3 to new machine 3',
    ]);
    assert.deepEqual(lines({bundle, model, map: '0=0,1=1,2=2'}), ['add unit foo/3 to existing machine 0']);
  });

  it('skips relations that exist in either direction', () => {
    const bundle = `
applications: {mediawiki: {charm: cs:w, num_units: 2}, mysql: {charm: cs:m, num_units: 1}}
relations: [[mediawiki:db, mysql:db]]
`;
    const model: Partial<ModelSnapshot> = {
      applications: {
        mediawiki: makeApplication('cs:w', ['mediawiki/0@1']),
        mysql: makeApplication('cs:m', ['mysql/0@0']),
      },
      relations: [['mysql:db', 'mediawiki:db']],
    };
    assert.deepEqual(lines({bundle, model}), ['add unit mediawiki/1 to new machine 2']);
  });

  it('refuses placements that go round in a circle', () => {
    const two = `
applications:
  mysql: {charm: cs:m, num_units: 3, to: [new, 'lxd:0', 'lxd:keystone/2']}
  keystone: {charm: cs:k, num_units: 3, to: ['lxd:mysql']}
machines: {0: }
`;
    assert.throws(() => plan({bundle: two}), {message: 'cycle in placement directives for: keystone, mysql'});
    const one = 'applications: {problem: {charm: cs:p, num_units: 2, to: ["lxd:new", "lxd:problem/0"]}}';
    assert.throws(() => plan({bundle: one}), {message: 'cycle in placement directives for: problem'});
  });

  it('refuses a map that leaves a new machine unused', () => {
    const bundle = 'applications: {memcached: {charm: cs:m, num_units: 2, to: [0, 1]}}\nmachines: {0: , 1: }';
    const applications = {memcached: makeApplication('cs:m', ['memcached/0@1', 'memcached/1@2', 'memcached/2@3'])};
    const model = {applications, machines: ['1', '2', '3']};
    assert.throws(() => plan({bundle, model, map: 'existing'}), {
      message:
        'bundle and machine mapping are inconsistent: need an explicit entry mapping bundle machine "0", perhaps to one of ' +
        'model machines ["2", "3"] - the target should host [memcached]',
    });
    assert.deepEqual(lines({bundle, model, map: 'existing,0=3'}), []);
  });

  it('refuses a map to a machine that does not exist', () => {
    const bundle = 'applications: {m: {charm: cs:m, num_units: 1, to: [0]}}\nmachines: {0: }';
    assert.throws(() => plan({bundle, map: '0=9'}), {
      message: 'error in --map-machines: machine "9" not found in the model',
    });
  });

  it('gives new machines the spaces that their application is bound to', () => {
    const bundle = `
applications:
  app: {charm: ch:app, num_units: 1, to: ['lxd:new'], constraints: mem=1G cores=2 spaces=x, bindings: {'': a, b: c}}
`;
    const change = plan({bundle}).find((one) => one.method === 'addMachines');
    assert.equal(change?.args.constraints, 'spaces=a,c,x cores=2 mem=1024M');
    const contrary = bundle.replace('spaces=x', 'spaces=^a');
    assert.throws(() => plan({bundle: contrary}), {
      message: 'Space "a" is required but it\'s forbidden by constraint',
    });
  });
});

describe('a change', () => {
  it('is identified by its place at creation and names what it requires', () => {
    const bundle = 'applications: {m: {charm: ch:m, num_units: 1, to: ["lxd:0"]}}\nmachines: {0: }';
    const changes = plan({bundle}).map(({id, requires}) => [id, ...requires]);
    assert.deepEqual(changes, [
      ['addCharm-0'],
      ['deploy-1', 'addCharm-0'],
      ['addMachines-2'],
      ['addMachines-4', 'addMachines-2'],
      ['addUnit-3', 'deploy-1', 'addMachines-4'],
    ]);
  });
});
