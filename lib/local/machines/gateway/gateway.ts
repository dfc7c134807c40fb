import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {LocalError} from '../../errors.ts';
import {readJson, replaceJson} from '../../store/json-file.ts';
import {isAlive, readStat, type ProcessIdentity} from '../../store/process-identity.ts';
import type {MachinePorts} from '../ports.ts';
import {createGroups} from '../room/cgroups.ts';
import {getModelPrefix, getNetworkFile} from '../room/names.ts';

/** An address inside the model's network whose connections go to a Unix socket of the controller. */
export interface Passage {
  readonly address: string;
  readonly port: number;
  /** The socket's name in the gateway's folder. */
  readonly socket: string;
}

export interface GatewayOptions {
  readonly ports: Pick<MachinePorts, 'long'>;
  /** The model's folder, where the sockets are too. */
  readonly folder: string;
  /** The model's name on this computer: the gateway ends with its machines' control groups. */
  readonly id: string;
  readonly passages: readonly Passage[];
}

const PROGRAM = fileURLToPath(new URL('gateway.mjs', import.meta.url));

/** Moves itself into the groups it is given, up to `--`, and becomes the program behind it. */
const STARTER = 'while [ "$1" != -- ]; do echo 0 > "$1" || exit 1; shift; done; shift; exec "$@"';

interface GatewayRecord {
  readonly gateway: ProcessIdentity;
  readonly passages: string;
}

/**
 * Sees to it that the model's gateway runs: the one process that stands in the model's network namespace for the controller
 * outside. It outlives its controller; the next one keeps it. The network must be open. Whether it had to be started.
 */
export async function ensureGateway({ports, folder, id, passages}: GatewayOptions): Promise<boolean> {
  const path = join(folder, 'gateway.json');
  const wanted = JSON.stringify(passages);
  const known = await readJson(path, isRecord).catch(() => null);
  if (known?.passages === wanted && (await isAlive(known.gateway))) return false;
  await rm(path, {force: true});
  const groups = await createGroups(`${getModelPrefix(id)}gateway`);
  const words = passages.flatMap(({address, port, socket}) => [address, String(port), socket]);
  const command = ['nsenter', `--net=${getNetworkFile(folder)}`, process.execPath, PROGRAM, folder, ...words];
  const pid = await ports.long.startDetached(
    'sh',
    ['-c', STARTER, 'sh', ...groups.map((group) => join(group, 'cgroup.procs')), '--', ...command],
    {output: join(folder, 'gateway.log')},
  );
  const stat = await readStat(pid);
  if (stat === null)
    throw new LocalError(`the gateway of the model's network did not start: see ${folder}/gateway.log`);
  await replaceJson(path, {gateway: {pid, start: stat.start}, passages: wanted});
  return true;
}

function isRecord(value: unknown): value is GatewayRecord {
  if (typeof value !== 'object' || value === null || !('gateway' in value) || !('passages' in value)) return false;
  return typeof value.passages === 'string' && isIdentity(value.gateway);
}

function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('start' in value)) return false;
  return typeof value.pid === 'number' && typeof value.start === 'string';
}
