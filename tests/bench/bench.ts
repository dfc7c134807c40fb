/**
 * `npm run bench`: how long a hook that has nothing to do takes, how settling grows with the number of computes, what changing the
 * cluster costs, how long a hook tool takes, and how long the seed takes on machines (root). It informs: its exit status is 0 whatever it finds, unless it cannot
 * measure. `npm run bench -- hook`, `settle`, `cluster`, `tools` or `machines` runs one part; the last one only so.
 */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {createProcesses} from '#charm';
import {installRuntime, packCharm} from '#pack';
import {unpack} from '../unit-agent/index.ts';
import {isPacemakerInstalled, measureCluster} from './cluster-cost.ts';
import type {ClusterCost} from './cluster-cost.ts';
import {timeHook} from './hook-time.ts';
import type {HookTimes} from './hook-time.ts';
import {reportMachines} from './machines-time.ts';
import {haclusterFolder} from './settled-hacluster.ts';
import {timeSettling} from './settle-time.ts';
import type {SettleTime} from './settle-time.ts';
import {renderTable} from './table.ts';
import {reportTools} from './tool-time.ts';

/** As the ratio to the empty script; for a unit without related units only. */
const hookGoal = 2.5;
/** How many times longer 300 computes may take than 30. */
const settleGoal = 15;
/** How many times longer than bare `cibadmin` our change may take, and how many processes a first and a steady pass may start. */
const clusterGoal = {ratio: 2, first: 4, steady: 2};
const runs = 25;

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

async function benchHook(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-hook-'));
  try {
    const cache = fileURLToPath(new URL('../../.cache', import.meta.url));
    const runtime = await installRuntime({cache, processes: createProcesses(), notify: print});
    const [archive] = await packCharm({folder: haclusterFolder, output: join(folder, 'dist'), runtime});
    const charm = join(folder, 'charm');
    await unpack(archive?.path ?? '', charm);
    const times: HookTimes[] = [];
    for (const remotes of [0, 10, 100]) {
      times.push(await timeHook({charm, folder: join(folder, String(remotes)), remotes, runs}));
    }
    printHook(times, runtime.version);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

function printHook(times: readonly HookTimes[], version: string): void {
  const rows = times.map(({remotes, hook, empty, tool, processes}) => {
    const ratio = hook.min / empty.min;
    const goal = remotes === 0 ? [`${hookGoal}x`, ratio <= hookGoal ? 'met' : 'missed'] : ['', ''];
    return [
      String(remotes),
      ...[hook.min, hook.median, empty.min, empty.median].map((time) => `${time.toFixed(1)} ms`),
      `${ratio.toFixed(2)}x`,
      ...goal,
      String(processes),
      `${(processes * tool).toFixed(1)} ms`,
    ];
  });
  print(
    `A packed hacluster's update-status with nothing to do, against Node.js ${version} on an empty script (${runs} runs each)`,
  );
  const head = [
    'remotes',
    'min',
    'median',
    'empty min',
    'median',
    'ratio',
    'goal',
    'verdict',
    'processes',
    'one by one',
  ];
  print(renderTable(head, rows));
  const kind = times.every(({isCompiled}) => isCompiled) ? 'compiled programs' : 'sh scripts, as there is no cc here';
  print(`Hook tools, and the programs of the machine, answer at once: they are ${kind}.`);
  print('The hook has a shell start them; one by one: the time they would take a small Node.js.\n');
}

async function benchSettling(): Promise<void> {
  // Once unmeasured, so that loading the charms is nobody's time.
  await timeSettling(3);
  const times: SettleTime[] = [];
  for (const computes of [3, 30, 300]) times.push(await timeSettling(computes));
  const seconds = (count: number): number => times.find(({computes}) => computes === count)?.seconds ?? Number.NaN;
  const ratio = seconds(300) / seconds(30);
  const rows = times.map((time) => [
    String(time.computes),
    `${time.seconds.toFixed(2)} s`,
    String(time.hooks),
    String(time.failed),
    String(time.notReady),
    ...(time.computes === 300
      ? [`${ratio.toFixed(1)}x`, `${settleGoal}x`, ratio <= settleGoal ? 'met' : 'missed']
      : ['', '', '']),
  ]);
  print("Settling the seed's deployment in memory; ratio: 300 computes to 30");
  print(renderTable(['computes', 'time', 'hooks', 'failed', 'not ready', 'ratio', 'goal', 'verdict'], rows));
}

async function benchCluster(): Promise<void> {
  if (!(await isPacemakerInstalled())) {
    print(
      'Changing the cluster: not measured, as cibadmin is not installed here (packages pacemaker, pacemaker-cli-utils)',
    );
    return;
  }
  const costs: ClusterCost[] = [];
  for (const remotes of [1, 100, 800]) costs.push(await measureCluster(remotes, remotes === 800 ? 3 : 7));
  const rows = costs.map((cost) => {
    const ratios = [cost.add / cost.bareAdd, cost.remove / cost.bareRemove];
    const isMet =
      Math.max(...ratios) <= clusterGoal.ratio &&
      cost.firstProcesses <= clusterGoal.first &&
      cost.steadyProcesses <= clusterGoal.steady;
    return [
      String(cost.remotes),
      ...[cost.first, cost.steady, cost.own, cost.add, cost.bareAdd].map((one) => `${one.toFixed(0)} ms`),
      `${ratios[0]?.toFixed(2) ?? ''}x`,
      ...[cost.remove, cost.bareRemove].map((one) => `${one.toFixed(0)} ms`),
      `${ratios[1]?.toFixed(2) ?? ''}x`,
      `${cost.firstProcesses}, ${cost.steadyProcesses}`,
      isMet ? 'met' : 'missed',
    ];
  });
  print('One remote more or less in a cluster (a CIB file), against cibadmin with no more XML than must be');
  const head = ['remotes', 'first', 'steady', 'ours of it', 'add', 'bare', 'ratio', 'remove', 'bare', 'ratio'];
  print(renderTable([...head, 'processes', 'verdict'], rows));
  const {ratio, first, steady} = clusterGoal;
  print(`Goals: ratios of ${ratio}x; at most ${first} processes for the first pass and ${steady} for a steady one.\n`);
}

async function benchTools(): Promise<void> {
  print(await reportTools());
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  hook: benchHook,
  settle: benchSettling,
  cluster: benchCluster,
  tools: benchTools,
  machines: async () => {
    print(await reportMachines());
  },
};
const [wanted] = process.argv.slice(2);
// The one that needs root and many minutes is run when it is asked for.
const chosen = wanted === undefined ? [benchHook, benchSettling, benchCluster, benchTools] : [parts[wanted]];
for (const part of chosen) {
  if (part === undefined) {
    process.stderr.write(`ERROR no benchmark "${wanted ?? ''}"; there are: ${Object.keys(parts).join(', ')}\n`);
    process.exitCode = 1;
  } else {
    await part();
  }
}
