import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {createModel} from '#local';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface SettleTime {
  readonly computes: number;
  readonly seconds: number;
  readonly hooks: number;
  /** Units whose hook failed, and units that are not active: a deployment that is stuck settles fast. */
  readonly failed: number;
  readonly notReady: number;
}

/** Settles the seed's deployment in memory with so many computes. */
export async function timeSettling(computes: number): Promise<SettleTime> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-settle-'));
  try {
    const bundle = join(folder, 'bundle.yaml');
    await writeFile(bundle, getBundle(await readFile(join(root, 'bundles', 'openstack-base.yaml'), 'utf8'), computes));
    const model = await createModel({charmLibrary: [join(root, 'charms'), join(root, 'tests', 'charms')], folder});
    const start = performance.now();
    await model.deploy(bundle, {overlays: [join(root, 'overlays', 'masakari.yaml')]});
    const {hooks, failed} = await model.settle();
    const seconds = (performance.now() - start) / 1000;
    const notReady = Object.values(model.snapshot().units).filter(({workload}) => workload !== 'active').length;
    return {computes, seconds, hooks, failed: failed.length, notReady};
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

/** The base bundle with another number of compute nodes, each on a machine of its own. */
export function getBundle(text: string, computes: number): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /^ {2}nova-compute:/u.test(line));
  const end = lines.findIndex((line, index) => index > at && /^ {2}\S/u.test(line));
  const block = lines.slice(at, end).join('\n');
  const changed = block
    .replace(/num_units: \d+/u, `num_units: ${computes}`)
    .replace(/to: \[[^\]]*\]|to:\n(?: +- .*\n?)+/u, `to: [${Array.from({length: computes}, () => 'new').join(', ')}]`);
  return [...lines.slice(0, at), changed, ...lines.slice(end)].join('\n');
}
