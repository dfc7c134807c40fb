import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createProcesses} from '#charm';
import {
  declaredIds,
  diff,
  emptyCib,
  emptyDeclaration,
  makeLocation,
  makePrimitive,
  pacemakerPort,
  reconcile,
  renderCibXml,
} from '#cluster';
import type {Change, Cib, ClusterDeclaration, RunProgram} from '#cluster';
import {getMin} from './table.ts';

const members = ['alpha', 'beta', 'gamma'];

/** What it takes to have one remote more, and one less, in a cluster that has so many. Milliseconds, the least of the runs. */
export interface ClusterCost {
  readonly remotes: number;
  /** The first configuration of all of them, with reading, and the processes it starts. */
  readonly first: number;
  readonly firstProcesses: number;
  /** Reading and planning with nothing to change, and its processes. */
  readonly steady: number;
  readonly steadyProcesses: number;
  /** The part of it that is ours: parsing and planning. */
  readonly own: number;
  readonly add: number;
  readonly remove: number;
  /** `cibadmin` with no more XML than must be: one process for the resource and one for its rules. */
  readonly bareAdd: number;
  readonly bareRemove: number;
}

/** Whether Pacemaker's programs are there. */
export async function isPacemakerInstalled(): Promise<boolean> {
  return (await createProcesses().run('cibadmin', ['--version'])).exitCode === 0;
}

const declarations = new Map<number, ClusterDeclaration>();

/** The same objects each time, as a leader has them from one round to the next. */
function getRemotes(count: number): ClusterDeclaration {
  const known = declarations.get(count) ?? makeRemotes(count);
  declarations.set(count, known);
  return known;
}

function makeRemotes(count: number): ClusterDeclaration {
  const names = Array.from({length: count}, (_, index) => `compute-${index}`);
  return {
    ...emptyDeclaration,
    primitives: names.map((id, index) =>
      makePrimitive({
        id,
        agent: 'ocf:pacemaker:remote',
        params: {server: `10.70.${1 + Math.floor(index / 200)}.${1 + (index % 200)}`, reconnect_interval: '60'},
        operations: [{name: 'monitor', interval: '30s'}],
      }),
    ),
    locations: names.flatMap((id) => members.map((member) => makeLocation(`loc-${id}-${member}`, id, member, '0'))),
    properties: {'symmetric-cluster': 'false', 'stonith-enabled': 'false'},
  };
}

const emptyCluster: Cib = {
  ...emptyCib,
  version: {adminEpoch: '0', epoch: '1', numUpdates: '0'},
  validateWith: 'pacemaker-3.9',
  attributes: {crm_feature_set: '3.16.1'},
  nodes: members.map((uname, index) => ({
    id: String(1000 + index),
    uname,
    type: 'member',
    attributes: [],
    utilization: [],
    other: [],
  })),
};

async function time<T>(work: () => Promise<T> | T): Promise<{readonly value: T; readonly milliseconds: number}> {
  const start = performance.now();
  const value = await work();
  return {value, milliseconds: performance.now() - start};
}

function makePlan(cib: Cib, from: number, to: number): Change {
  const owned = declaredIds(getRemotes(from));
  return diff(cib, reconcile({have: cib, declared: getRemotes(to), owned}).cib);
}

/** A cluster whose configuration is a file: the same programs and schema as a live one, without its daemons. */
class FileCluster {
  readonly file: string;
  calls = 0;
  inPrograms = 0;

  constructor(file: string) {
    this.file = file;
  }

  readonly run: RunProgram = async (program, args, options) => {
    this.calls += 1;
    const processes = createProcesses();
    const {value, milliseconds} = await time(() =>
      processes.run(program, args, {...options, environment: {CIB_file: this.file}, timeoutMs: 300_000}),
    );
    this.inPrograms += milliseconds;
    return value;
  };

  async reset(remotes: number): Promise<void> {
    await rm(`${this.file}.sig`, {force: true});
    const {cib} = reconcile({have: emptyCluster, declared: getRemotes(remotes), owned: []});
    await writeFile(this.file, renderCibXml({...cib, version: emptyCluster.version}));
    this.calls = 0;
    this.inPrograms = 0;
  }

  async read(): Promise<Cib> {
    const reading = await pacemakerPort(this.run).read();
    if (reading.state === 'down') throw new Error(`Pacemaker's programs do not read a CIB file: ${reading.reason}`);
    return reading.cib;
  }

  async move(from: number, to: number, known?: Cib): Promise<void> {
    const cib = known ?? (await this.read());
    const outcome = await pacemakerPort(this.run).apply(makePlan(cib, from, to), cib);
    if (outcome !== 'applied') throw new Error('the CIB moved, though nobody else writes it');
  }

  async bare(...args: readonly string[]): Promise<void> {
    const [stdin = '', ...words] = args;
    const pipe = stdin === '' ? [] : ['--xml-pipe'];
    const {exitCode, stderr} = await this.run('cibadmin', [...words, ...pipe], {stdin});
    if (exitCode !== 0) throw new Error(`cibadmin failed: ${stderr.trim().split('\n').at(-1) ?? ''}`);
  }
}

async function bareAdd(cluster: FileCluster, id: string): Promise<void> {
  const rules = members.map((node) => `<rsc_location id="loc-${id}-${node}" rsc="${id}" node="${node}" score="0"/>`);
  const params = `<instance_attributes id="${id}-i"><nvpair id="${id}-s" name="server" value="10.70.9.9"/></instance_attributes>`;
  const remote = `<primitive id="${id}" class="ocf" provider="pacemaker" type="remote">${params}</primitive>`;
  await cluster.bare(remote, '--create', '--scope', 'resources');
  await cluster.bare(`<constraints>${rules.join('')}</constraints>`, '--create', '--scope', 'constraints');
}

/** The rules first: Pacemaker refuses one that names a resource which is not there. */
async function bareRemove(cluster: FileCluster, id: string): Promise<void> {
  await cluster.bare('', '--delete-all', '--force', '--xpath', `//rsc_location[@rsc='${id}']`);
  await cluster.bare(`<primitive id="${id}"/>`, '--delete', '--scope', 'resources');
}

/** Measures our way and the bare one in turns, so that both meet the same machine. */
export async function measureCluster(remotes: number, runs: number): Promise<ClusterCost> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-cluster-'));
  try {
    const cluster = new FileCluster(join(folder, 'cib.xml'));
    const first = await measureFirst(cluster, remotes);
    const times: Omit<ClusterCost, 'remotes' | 'first' | 'firstProcesses'>[] = [];
    for (let run = 0; run < runs; run += 1) times.push(await measureOnce(cluster, remotes));
    const least = (key: keyof (typeof times)[number]): number => getMin(times.map((one) => one[key]));
    return {
      remotes,
      ...first,
      steady: least('steady'),
      steadyProcesses: least('steadyProcesses'),
      own: least('own'),
      add: least('add'),
      remove: least('remove'),
      bareAdd: least('bareAdd'),
      bareRemove: least('bareRemove'),
    };
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

async function measureFirst(
  cluster: FileCluster,
  remotes: number,
): Promise<Pick<ClusterCost, 'first' | 'firstProcesses'>> {
  await cluster.reset(0);
  const {milliseconds} = await time(() => cluster.move(0, remotes));
  return {first: milliseconds, firstProcesses: cluster.calls};
}

async function measureOnce(
  cluster: FileCluster,
  remotes: number,
): Promise<Omit<ClusterCost, 'remotes' | 'first' | 'firstProcesses'>> {
  const id = `compute-${remotes}`;
  getRemotes(remotes + 1);
  await cluster.reset(remotes);
  const steady = await time(async () => {
    makePlan(await cluster.read(), remotes, remotes);
  });
  const steadyProcesses = cluster.calls;
  const own = steady.milliseconds - cluster.inPrograms;
  const before = await cluster.read();
  const add = await time(() => cluster.move(remotes, remotes + 1, before));
  const after = await cluster.read();
  const remove = await time(() => cluster.move(remotes + 1, remotes, after));
  await cluster.reset(remotes);
  const added = await time(() => bareAdd(cluster, id));
  await cluster.reset(remotes + 1);
  const removed = await time(() => bareRemove(cluster, id));
  return {
    steady: steady.milliseconds,
    steadyProcesses,
    own,
    add: add.milliseconds,
    remove: remove.milliseconds,
    bareAdd: added.milliseconds,
    bareRemove: removed.milliseconds,
  };
}
