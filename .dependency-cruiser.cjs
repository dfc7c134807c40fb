// The arrows between rooms: who may import whom. `npm run arrows` checks them.
const room = (name) => `^lib/${name}/`;

/** Code that is never shipped: tests, and what they share. */
const testCode = '\\.(test|fixture)\\.ts$';

/** The files by which rooms are entered. */
const frontDoor = '^lib/[^/]+/(index|testing/index|memory/index)\\.ts$';

/** From one room, only these others may be imported. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: {path: from},
  to: {path: '^(lib|charms|tests)/', pathNot: [from, ...allowed.map(room)]},
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Of what is there at run time: types that name each other are gone by then.',
      severity: 'error',
      from: {},
      to: {circular: true, viaOnly: {dependencyTypesNot: ['type-only']}},
    },
    {
      name: 'by-the-front-door',
      comment: 'A room is entered through its index (or its testing or memory entry), never through an inner file.',
      severity: 'error',
      from: {path: '^lib/([^/]+)/'},
      to: {path: '^lib/[^/]+/', pathNot: ['^lib/$1/', frontDoor]},
    },
    {
      name: 'by-the-front-door-from-outside',
      severity: 'error',
      from: {path: '^(charms|tests)/'},
      to: {path: '^lib/[^/]+/', pathNot: frontDoor},
    },
    {
      name: 'testing-is-for-tests',
      comment: 'What is shipped imports no testing entry; the memory cloud of lib/local is itself a test bed.',
      severity: 'error',
      from: {path: '^(lib|charms)/', pathNot: [testCode, '^lib/[^/]+/testing/', '^lib/local/']},
      to: {path: '^lib/[^/]+/testing/'},
    },
    only('charm-stands-alone', '^lib/charm/', []),
    only('cluster-stands-alone', '^lib/cluster/', []),
    only('maas-stands-alone', '^lib/maas/', []),
    only('juju-stands-alone', '^lib/juju/', []),
    only('openstack-arrows', '^lib/openstack/', ['cluster', 'charm']),
    only('local-arrows', '^lib/local/', ['juju', 'charm', 'cluster', 'maas', 'pack']),
    only('pack-arrows', '^lib/pack/', ['juju', 'charm']),
    only('charm-arrows', '^charms/([^/]+)/', ['openstack', 'cluster', 'maas', 'charm']),
    {
      name: 'charms-stand-alone',
      severity: 'error',
      from: {path: '^charms/([^/]+)/'},
      to: {path: '^charms/', pathNot: '^charms/$1/'},
    },
    {
      name: 'nothing-of-the-product-needs-tests',
      severity: 'error',
      from: {path: '^(lib|charms)/', pathNot: testCode},
      to: {path: '^tests/'},
    },
    {
      name: 'declared-packages-only',
      severity: 'error',
      from: {path: '^(lib|charms)/', pathNot: testCode},
      to: {dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown']},
    },
    {name: 'resolvable', severity: 'error', from: {}, to: {couldNotResolve: true}},
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    doNotFollow: {path: 'node_modules'},
    enhancedResolveOptions: {exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types']},
  },
};
