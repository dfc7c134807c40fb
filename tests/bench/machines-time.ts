import {getMembers, waitForCluster} from '../machines/cluster.ts';
import {JujuModel, seedDeployment} from '../machines/juju.ts';
import {getMedian, renderTable} from './table.ts';

/** Seconds that the seed's deployment takes, from `deploy` on. */
export interface DeployTime {
  /** Until the command says that the model has settled. */
  readonly settled: number;
  /** Until every member, remote and resource of the cluster is up; that may be sooner or later. */
  readonly status: number;
  /** Whether layers of an earlier deployment were there for all machines. */
  readonly isCached: boolean;
}

/** Milliseconds of one dispatch with nothing to do, and what of them are its parts. */
export interface DispatchTime {
  readonly unit: string;
  readonly total: number;
  /** The charm's runtime on nothing. */
  readonly start: number;
  readonly tools: number;
  readonly toolCalls: number;
  readonly cluster: number;
  readonly clusterCalls: number;
}

const REMOTES = ['frank-colt', 'model-crow', 'tidy-goose'];

/** Deploys the seed on machines of a controller of its own. */
export async function timeDeploy(juju: JujuModel): Promise<DeployTime> {
  const begin = performance.now();
  const deploying = juju.must('deploy', '-m', juju.name, ...seedDeployment).then(() => performance.now());
  const settled = await deploying;
  const members = getMembers(await juju.readStatus());
  await waitForCluster(juju, members[0]?.unit ?? '', {members: members.map(({name}) => name), remotes: REMOTES});
  const log = await juju.must('debug-log', '-m', juju.name, '--replay', '--include', 'controller-0');
  return {
    settled: (settled - begin) / 1000,
    status: (performance.now() - begin) / 1000,
    isCached: !log.includes('building the layer'),
  };
}

const PROGRAMS = ['cibadmin', 'crm_mon', 'crm_node', 'crm_verify'];

/**
 * Runs an update-status dispatch in a folder of programs that note how long the real ones take. Bash's clock is read right before
 * and after each, so that the shell around it does not count.
 */
const MEASURE = `
set -e
shims=$(mktemp -d)
trap 'rm -rf "$shims"' EXIT
note='"$@"; status=$?; end=$EPOCHREALTIME; echo "$kind $begin $end" >> '"$shims/times"'; exit $status'
shim() {
  real=$(command -v "$1") || return 0
  printf '#!/bin/bash\\nkind=%s\\nset -- %s "$@"\\nbegin=$EPOCHREALTIME\\n%s\\n' "$2" "$real" "$note" > "$shims/$1"
  chmod +x "$shims/$1"
}
tools=\${PATH%%:*}
for tool in "$tools"/*; do shim "\${tool##*/}" tool; done
for program in ${PROGRAMS.join(' ')}; do shim "$program" cluster; done
export JUJU_DISPATCH_PATH=hooks/update-status JUJU_HOOK_NAME=update-status
measure() { begin=$EPOCHREALTIME; "$@" > /dev/null 2>&1; end=$EPOCHREALTIME; echo "$kind $begin $end"; }
for round in 1 2 3 4 5; do
  kind=total; measure ./dispatch
  kind=start; measure ./bin/node --eval 0
done
: > "$shims/times"
PATH=$shims:$PATH ./dispatch > /dev/null 2>&1
cat "$shims/times"
`;

/** Takes apart a dispatch of a unit that has nothing to do. */
export async function timeDispatch(juju: JujuModel, unit: string): Promise<DispatchTime> {
  const printed = await juju.exec(unit, MEASURE);
  const spans = printed
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([kind = '', begin = '', end = '']) => ({kind, ms: (Number(end) - Number(begin)) * 1000}));
  const getTimes = (kind: string): number[] => spans.filter((span) => span.kind === kind).map(({ms}) => ms);
  const sum = (times: readonly number[]): number => times.reduce((total, ms) => total + ms, 0);
  return {
    unit,
    total: getMedian(getTimes('total')),
    start: getMedian(getTimes('start')),
    tools: sum(getTimes('tool')),
    toolCalls: getTimes('tool').length,
    cluster: sum(getTimes('cluster')),
    clusterCalls: getTimes('cluster').length,
  };
}

/** The whole measurement, as text; a line that says why when this computer can not have machines. */
export async function reportMachines(): Promise<string> {
  const juju = new JujuModel('bench');
  const {exitCode, stderr} = await juju.run('bootstrap', 'machines', 'bench');
  if (exitCode !== 0) return `The seed on machines: not measured. ${stderr.trim()}\n`;
  try {
    await juju.must('add-model', '--controller', juju.controller, juju.model);
    const time = await timeDeploy(juju);
    const members = getMembers(await juju.readStatus());
    const units = [members.find(({isLeader}) => isLeader)?.unit, 'pacemaker-remote/0', 'masakari/0'];
    const dispatches: DispatchTime[] = [];
    for (const unit of units) if (unit !== undefined) dispatches.push(await timeDispatch(juju, unit));
    return renderReport(time, dispatches);
  } finally {
    await juju.destroy();
  }
}

function renderReport({settled, status, isCached}: DeployTime, dispatches: readonly DispatchTime[]): string {
  const rows = dispatches.map(({unit, total, start, tools, toolCalls, cluster, clusterCalls}) => [
    unit,
    ...[total, start, tools, cluster].map((ms) => `${ms.toFixed(0)} ms`),
    String(toolCalls),
    String(clusterCalls),
  ]);
  const head = ['unit', 'dispatch', 'runtime start', 'hook tools', 'cluster', 'tool calls', 'cluster calls'];
  return [
    `The seed on machines (layers ${isCached ? 'of earlier deployments' : 'built in this run'}): deployed and settled after ` +
      `${settled.toFixed(0)} s, the whole cluster seen up after ${status.toFixed(0)} s`,
    'One update-status with nothing to do; hook tools run beside each other, so their sum may be more than their share',
    renderTable(head, rows),
    '',
  ].join('\n');
}
