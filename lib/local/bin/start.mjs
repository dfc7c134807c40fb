// `npm start`: the main job, on what the project brings along. Started again, it goes on with the model it made.
import {relative} from 'node:path';

import {root, run} from './command.mjs';

const MODEL = 'openstack';
const here = relative(process.cwd(), root) || '.';

async function step(...argv) {
  process.stdout.write(`\n$ juju-local ${argv.join(' ')}\n`);
  const status = await run(argv);
  if (status !== 0) {
    process.exit(status);
  }
}

/** The models there are; null without a controller. */
async function readModels() {
  let text = '';
  const ignore = () => undefined;
  const status = await run(['models', '--format', 'json'], (more) => (text += more), ignore);
  return status === 0 ? JSON.parse(text).models.map((model) => model['short-name'] ?? model.name) : null;
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

process.stdout.write(`
What to try next:
  npx juju-local config -m openstack masakari vip="10.0.0.236 10.70.0.236 10.80.0.236 10.0.0.237"
  npx juju-local remove-unit -m openstack nova-compute/1 --no-prompt
  npx juju-local debug-log -m openstack --replay --include unit-hacluster-0
`);
