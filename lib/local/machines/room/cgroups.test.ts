import assert from 'node:assert/strict';
import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {findHierarchies, parseProcesses, removeGroups} from './cgroups.ts';
import {parseMounts} from './mounts.ts';

const v1 = (name: string, root = '/'): string =>
  `40 31 0:37 ${root} /sys/fs/cgroup/${name} rw,relatime - cgroup cgroup rw,${name === 'systemd' ? 'name=systemd' : name}`;

describe('the control groups of this process', () => {
  it('are found on a host with version 2 only', () => {
    const mounts = parseMounts('31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate');
    assert.deepEqual(findHierarchies(mounts, '0::/user.slice/user-0.slice/session-3.scope\n'), [
      {mountPoint: '/sys/fs/cgroup', own: '/sys/fs/cgroup/user.slice/user-0.slice/session-3.scope'},
    ]);
  });

  it('are found on a host with both versions, without those in which a new group takes no process', () => {
    const mounts = parseMounts(
      [
        v1('cpuset'),
        v1('memory'),
        v1('systemd'),
        '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
        '42 31 0:39 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
      ].join('\n'),
    );
    const text = '9:name=systemd:/\n6:cpu,cpuacct:/b\n4:memory:/a/b\n3:cpuset:/\n0::/\n';
    assert.deepEqual(
      findHierarchies(mounts, text).map(({own}) => own),
      ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/cpu,cpuacct/b', '/sys/fs/cgroup/memory/a/b', '/sys/fs/cgroup/unified'],
    );
  });

  it('are found where only a part of the tree is mounted', () => {
    const mounts = parseMounts(v1('memory', '/docker/1'));
    assert.deepEqual(
      findHierarchies(mounts, '4:memory:/docker/1/x').map(({own}) => own),
      ['/sys/fs/cgroup/memory/x'],
    );
    assert.deepEqual(findHierarchies(mounts, '4:memory:/elsewhere'), []);
  });
});

describe('the processes of a group', () => {
  it('are never this one, nor what a number of another namespace would mean here', () => {
    assert.deepEqual(parseProcesses(`0\n1\n${String(process.pid)}\n77\n-5\n\nx\n`), [77]);
  });

  it('need not exist for the group to be removed with those below it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'groups-'));
    try {
      await mkdir(join(folder, 'jl-1-0', 'payload', 'init.scope'), {recursive: true});
      await writeFile(join(folder, 'other'), '');
      await removeGroups([join(folder, 'jl-1-0'), join(folder, 'never-made')]);
      assert.deepEqual(await readdir(folder), ['other']);
    } finally {
      await rm(folder, {recursive: true});
    }
  });
});
