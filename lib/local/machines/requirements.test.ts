import assert from 'node:assert/strict';

import {checkRequirements, type RequirementFacts} from './requirements.ts';

const GIB = 1024 ** 3;

const GOOD: RequirementFacts = {
  platform: 'linux',
  architecture: 'x64',
  isRoot: true,
  osRelease: 'ID=debian\nVERSION_CODENAME=bookworm\n',
  missingPrograms: [],
  overlayError: null,
  cgroupError: null,
  inotifyInstances: 128,
  dataFolder: '/data',
  freeDiskBytes: 100 * GIB,
  freeMemoryBytes: 16 * GIB,
};

const check = (facts: Partial<RequirementFacts>): readonly string[] => checkRequirements({...GOOD, ...facts});

describe('what the machines cloud asks of a computer', () => {
  it('is what a Debian or an Ubuntu with its programs has', () => {
    assert.deepEqual(check({}), []);
    assert.deepEqual(check({osRelease: 'ID="ubuntu"\nVERSION_CODENAME=noble\n'}), []);
  });

  it('points to the memory cloud in one line, whatever else is missing, where machines can not be at all', () => {
    const lacking = {missingPrograms: ['ip'], isRoot: false, freeDiskBytes: 0};
    assert.deepEqual(check({...lacking, platform: 'darwin', osRelease: ''}), [
      'the machines cloud needs Linux; the memory cloud does not',
    ]);
    const other = ['the machines cloud needs Debian or Ubuntu on x86_64; the memory cloud does not'];
    assert.deepEqual(check({...lacking, osRelease: 'ID=fedora\nVERSION_CODENAME=""\n'}), other);
    assert.deepEqual(check({...lacking, architecture: 'arm64'}), other);
  });

  it('is root, and without it nothing is said of what only root can try', () => {
    assert.deepEqual(check({isRoot: false, freeDiskBytes: 0}), [
      'the machines cloud needs root: run it with sudo; the memory cloud does not',
    ]);
  });

  it('names the command that installs all programs that are missing', () => {
    assert.deepEqual(check({missingPrograms: ['unshare', 'systemd-nspawn', 'nsenter']}), [
      'programs are missing: nsenter, systemd-nspawn, unshare; install with: sudo apt-get install systemd-container util-linux',
    ]);
  });

  it('is content with one of the two programs that make a base', () => {
    assert.deepEqual(check({missingPrograms: ['mmdebstrap']}), []);
    assert.deepEqual(check({missingPrograms: ['debootstrap']}), []);
    assert.deepEqual(check({missingPrograms: ['debootstrap', 'mmdebstrap']}), [
      'a program is missing: mmdebstrap; install with: sudo apt-get install mmdebstrap',
    ]);
  });

  it('tells each thing that does not work with what mends it', () => {
    const problems = check({
      overlayError: 'invalid argument',
      cgroupError: 'EROFS',
      freeDiskBytes: GIB,
      freeMemoryBytes: 0,
    });
    assert.equal(problems.length, 4);
    assert.match(problems[0] ?? '', /overlayfs.*\/data.*invalid argument.*JUJU_LOCAL_DATA/);
    assert.match(problems[1] ?? '', /EROFS.*remount,rw/);
    assert.match(problems[2] ?? '', /\/data has 1\.0 GiB free, machines need 4\.0/);
    assert.match(problems[3] ?? '', /0\.0 GiB of memory/);
  });

  it('is a data folder that can stand in the options of a mount', () => {
    for (const dataFolder of ['/a,b', '/a:b', '/a\\b', '/a"b']) {
      const message = `machines cannot be mounted from ${dataFolder}: name a data folder without , : \\ or " with JUJU_LOCAL_DATA=FOLDER`;
      assert.deepEqual(check({dataFolder}), [message]);
    }
    assert.deepEqual(check({dataFolder: '/a b;c=d'}), []);
  });

  it('is as many inotify instances as eight machines take, if the kernel has a limit', () => {
    assert.deepEqual(check({inotifyInstances: 39}), [
      'fs.inotify.max_user_instances is 39, and each machine takes 5: sudo sysctl fs.inotify.max_user_instances=1024',
    ]);
    for (const inotifyInstances of [40, null]) assert.deepEqual(check({inotifyInstances}), []);
  });

  it('never says that there is as much as is needed where there is not', () => {
    assert.match(check({freeDiskBytes: 4 * GIB - 1})[0] ?? '', /has 3\.9 GiB free/);
    assert.deepEqual(check({freeDiskBytes: 4 * GIB}), []);
  });
});
