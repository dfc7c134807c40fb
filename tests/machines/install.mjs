// Installs what the tests on machines need and the host lacks: what `juju-local` asks an operator for, and Pacemaker's own
// programs as judges. Debian and Ubuntu; root.
import {spawnSync} from 'node:child_process';

const packages = [
  'systemd-container',
  'mmdebstrap',
  'iproute2',
  'util-linux',
  'procps',
  // The guest whose blocks are counted runs under it.
  'qemu-system-x86',
  // Judges: crm_simulate, crm_verify, cibadmin, crm, fence_legacy.
  'pacemaker-cli-utils',
  'crmsh',
  'cluster-glue',
];

if (process.getuid?.() !== 0) {
  process.stderr.write('ERROR the tests on machines need root: sudo npm run test:machines\n');
  process.exit(1);
}

const query = spawnSync('dpkg-query', ['--show', '--showformat', '${Package} ${db:Status-Status}\\n', ...packages], {
  encoding: 'utf8',
});
const installed = new Set((query.stdout ?? '').split('\n').filter((line) => line.endsWith(' installed')));
const missing = packages.filter((name) => !installed.has(`${name} installed`));
if (missing.length > 0) {
  process.stdout.write(`installing ${missing.join(' ')}\n`);
  run('apt-get', ['update', '--quiet=2']);
  run('apt-get', ['install', '--quiet=2', '--yes', '--no-install-recommends', ...missing]);
}

function run(program, args) {
  const {status, stdout, stderr} = spawnSync(program, args, {
    encoding: 'utf8',
    env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'},
  });
  if (status !== 0) {
    process.stderr.write(`${stdout ?? ''}${stderr ?? ''}ERROR ${program} ${args[0]} failed\n`);
    process.exit(1);
  }
}
