// `npm start`: the main job, on what the project brings along. Started again, it goes on with the model it made.
import {relative} from 'node:path';

import {root, run} from './command.mjs';

const MODEL = 'openstack';
const here = relative(process.cwd(), root) || '.';

async function step(...argv) {
  process.stdout.write(`\n$ npx juju-local ${argv.join(' ')}\n`);
  const status = await run(argv);
  if (status !== 0) {
    process.exit(status);
  }
}

/** What a verb prints as JSON; null when it fails. */
async function read(...argv) {
  let text = '';
  const ignore = () => undefined;
  const status = await run([...argv, '--format', 'json'], (more) => (text += more), ignore);
  return status === 0 ? JSON.parse(text) : null;
}

/** The models there are; null without a controller. */
async function readModels() {
  const found = await read('models');
  return found?.models.map((model) => model['short-name'] ?? model.name) ?? null;
}

const models = await readModels();
if (models === null) {
  await step('bootstrap', 'memory');
}
if (!(models ?? []).includes(MODEL)) {
  await step('add-model', MODEL);
}
const overlay = `${here}/overlays/masakari.yaml`;
await step('deploy', '-m', MODEL, `${here}/bundles/openstack-base.yaml`, '--overlay', overlay);
await step('status', '-m', MODEL);
await step('exec', '-m', MODEL, '--unit', 'hacluster/0', '--', 'crm', 'status');
await step('exec', '-m', MODEL, '--unit', 'hacluster/0', '--', 'crm', 'configure', 'show');

/** A compute that is there, or a way to get one: earlier visitors may have removed what the bundle has. */
async function getComputeCommand() {
  const status = await read('status', '-m', MODEL);
  const unit = Object.keys(status?.applications['nova-compute']?.units ?? {}).at(-1);
  return unit === undefined ? `add-unit -m ${MODEL} nova-compute` : `remove-unit -m ${MODEL} ${unit} --no-prompt`;
}

process.stdout.write(`
What to try next, the last of them after each of the others:
  npx juju-local ${await getComputeCommand()}
  npx juju-local config -m ${MODEL} masakari vip="10.0.0.236 10.70.0.236 10.80.0.236 10.0.0.237"
  npx juju-local exec -m ${MODEL} --unit hacluster/leader -- crm status
`);
