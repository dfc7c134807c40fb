import assert from 'node:assert/strict';
import {chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import fc from 'fast-check';

import {AccountError, type FileState, type Host} from './host.ts';
import {createLinuxHost} from './linux-host.ts';

const NO_PROCESSES = {run: () => Promise.reject(new Error('no program is started'))};

describe('files of a Linux machine', () => {
  let root = '';
  let host: Host;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'host-'));
    const {uid, gid} = await lstat(root);
    await mkdir(join(root, 'etc'));
    await writeFile(join(root, 'etc/passwd'), `other:x:54321:1::/:\nme:x:${uid}:${gid}::/:\n`);
    await writeFile(join(root, 'etc/group'), `us:x:${gid}:\n`);
    host = createLinuxHost({processes: NO_PROCESSES, root});
  });

  afterEach(() => rm(root, {recursive: true}));

  const mine = (content: string, mode = 0o640): FileState => ({content, owner: 'me', group: 'us', mode});
  const getMode = async (path: string): Promise<number> => (await lstat(join(root, path))).mode & 0o7777;

  it('are put in place with content, owner, group and mode, in folders made for them', async () => {
    await host.files.replace('/etc/a/b/file', mine('text\n'));
    assert.deepEqual(await host.files.read('/etc/a/b/file'), mine('text\n'));
    assert.equal(await readFile(join(root, 'etc/a/b/file'), 'utf8'), 'text\n');
    await host.files.replace('/etc/a/b/file', mine('', 0o400));
    assert.deepEqual(await host.files.read('/etc/a/b/file'), mine('', 0o400));
    assert.deepEqual(await readdir(join(root, 'etc/a/b')), ['file']);
  });

  it('are in folders whose owner and mode can be said, while what is in them stays as it is', async () => {
    assert.equal(await host.files.readFolder('/srv/a'), null);
    await host.files.setFolder('/srv/a/b', {owner: 'me', group: 'us', mode: 0o711});
    assert.deepEqual(await host.files.readFolder('/srv/a/b'), {owner: 'me', group: 'us', mode: 0o711});
    await host.files.replace('/srv/a/b/file', mine('', 0o600));
    await host.files.setFolder('/srv/a/b', {owner: 'me', group: 'us', mode: 0o2755});
    assert.deepEqual([await getMode('srv/a/b'), await getMode('srv/a/b/file')], [0o2755, 0o600]);
    await assert.rejects(host.files.setFolder('/srv/c', {owner: 'nobody', group: 'us', mode: 0o700}), AccountError);
    assert.equal(await host.files.readFolder('/srv/c'), null);
  });

  it('are in no folder that a link leads to', async () => {
    await mkdir(join(root, 'secret'), {mode: 0o700});
    await symlink('secret', join(root, 'link'));
    assert.equal(await host.files.readFolder('/link'), null);
    await assert.rejects(host.files.setFolder('/link', {owner: 'me', group: 'us', mode: 0o777}));
    assert.equal(await getMode('secret'), 0o700);
  });

  it('keep the modes that change who a program runs as', async () => {
    await host.files.replace('/bin/tool', mine('', 0o4755));
    assert.equal(await getMode('bin/tool'), 0o4755);
  });

  it('hold any bytes, and texts as texts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({maxLength: 64}), async (bytes) => {
        const content = Buffer.from(bytes).toString('base64');
        await host.files.replace('/key', {...mine(content, 0o600), encoding: 'base64'});
        assert.deepEqual(Buffer.from(await readFile(join(root, 'key'))), Buffer.from(bytes));
        const state = await host.files.read('/key');
        assert.ok(state !== null);
        assert.deepEqual(Buffer.from(state.content, state.encoding ?? 'utf8'), Buffer.from(bytes));
      }),
      {numRuns: 30},
    );
    await host.files.replace('/text', {...mine(Buffer.from('é\n').toString('base64')), encoding: 'base64'});
    assert.deepEqual(await host.files.read('/text'), mine('é\n'));
  });

  it('are seen whole by who reads while they are replaced', async () => {
    const contents = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await host.files.replace('/shared', mine(contents[0]!));
    const progress = {isDone: false};
    const reading = (async () => {
      let reads = 0;
      for (; !progress.isDone; reads += 1) {
        assert.ok(contents.includes(await readFile(join(root, 'shared'), 'utf8')), 'saw a part');
        assert.ok(contents.includes((await host.files.read('/shared'))?.content ?? ''), 'saw a part');
      }
      return reads;
    })();
    for (let round = 0; round < 40; round += 1) {
      await host.files.replace('/shared', mine(contents[round % 2]!));
    }
    progress.isDone = true;
    assert.ok((await reading) > 0);
  });

  it('cannot be read by others before they have their mode', async () => {
    const folder = join(root, 'secret');
    await mkdir(folder);
    const modes = new Set<number>();
    const progress = {isDone: false};
    const watching = (async () => {
      while (!progress.isDone) {
        for (const name of await readdir(folder)) {
          const about = await lstat(join(folder, name)).catch(() => null);
          if (about !== null && about.size > 0) {
            modes.add(about.mode & 0o777);
          }
        }
      }
    })();
    for (let round = 0; round < 30; round += 1) {
      await host.files.replace('/secret/key', mine('k'.repeat(100_000), 0o400));
    }
    progress.isDone = true;
    await watching;
    assert.deepEqual(
      [...modes].filter((mode) => (mode & 0o077) !== 0),
      [],
    );
  });

  it('do not touch what a link leads to, and get over what a killed hook left', async () => {
    await writeFile(join(root, 'target'), 'theirs');
    await symlink(join(root, 'target'), join(root, 'link'));
    await host.files.replace('/link', mine('ours'));
    assert.equal(await readFile(join(root, 'target'), 'utf8'), 'theirs');
    assert.equal((await lstat(join(root, 'link'))).isFile(), true);
    await symlink(join(root, 'target'), join(root, '.conf.juju-new'));
    await host.files.replace('/conf', mine('ours'));
    assert.equal(await readFile(join(root, 'target'), 'utf8'), 'theirs');
    await writeFile(join(root, '.conf.juju-new'), 'half');
    await host.files.remove('/conf');
    assert.deepEqual((await readdir(root)).sort(), ['etc', 'link', 'target']);
  });

  it('are refused for accounts that the machine does not know, and nothing is left behind', async () => {
    const refused = host.files.replace('/new/file', {...mine('x'), group: 'haproxy'});
    await assert.rejects(
      refused,
      (error) => error instanceof AccountError && error.kind === 'group' && error.account === 'haproxy',
    );
    await assert.rejects(host.files.replace('/file', {...mine('x'), owner: 'nobody-here'}), /no user "nobody-here"/);
    assert.deepEqual(await readdir(root), ['etc']);
  });

  it('have the number of an owner without a name', async () => {
    await writeFile(join(root, 'etc/group'), '');
    await writeFile(join(root, 'file'), 'x');
    await chmod(join(root, 'file'), 0o600);
    const {gid} = await lstat(join(root, 'file'));
    assert.deepEqual(await host.files.read('/file'), {...mine('x', 0o600), group: String(gid)});
  });

  it('have the names that are expected where the machine has several for one number, else the first', async () => {
    const {uid, gid} = await lstat(root);
    await writeFile(join(root, 'etc/passwd'), `me:x:${uid}:${gid}::/:\nalias:x:${uid}:${gid}::/:\n`);
    await writeFile(join(root, 'etc/group'), `us:x:${gid}:\nhaclient:x:${gid}:\nother:x:${gid + 1}:\n`);
    const want = {...mine('x'), owner: 'alias', group: 'haclient'};
    await host.files.replace('/file', want);
    assert.deepEqual(await host.files.read('/file', want), want);
    assert.deepEqual(await host.files.read('/file'), mine('x'));
    assert.deepEqual(await host.files.read('/file', {owner: 'nobody', group: 'other'}), mine('x'));
  });

  it('may be missing: read as null, removed without error, listed as none', async () => {
    assert.equal(await host.files.read('/no/such/file'), null);
    assert.equal(await host.files.read('/etc/passwd/below-a-file'), null);
    await host.files.remove('/no/such/file');
    assert.deepEqual(await host.files.list('/no/such'), []);
  });

  it('are listed by name in order', async () => {
    await Promise.all(['/d/c', '/d/a', '/d/b/x'].map((path) => host.files.replace(path, mine(''))));
    assert.deepEqual(await host.files.list('/d'), ['a', 'b', 'c']);
  });
});

describe('facts of a Linux machine', () => {
  it('are its name, its processors, its addresses and its system', async () => {
    const root = await mkdtemp(join(tmpdir(), 'host-'));
    try {
      const host = createLinuxHost({processes: NO_PROCESSES, root});
      assert.deepEqual((await host.facts()).os, {id: '', version: ''});
      await mkdir(join(root, 'etc'));
      await writeFile(join(root, 'etc/os-release'), 'NAME="Ubuntu"\nVERSION_ID="22.04"\nID=ubuntu\nID_LIKE=debian\n');
      const facts = await host.facts();
      assert.deepEqual(facts.os, {id: 'ubuntu', version: '22.04'});
      assert.notEqual(facts.hostname, '');
      assert.ok(facts.cpus >= 1);
      for (const {address, cidr} of facts.addresses) {
        assert.ok(cidr.startsWith(`${address}/`));
      }
    } finally {
      await rm(root, {recursive: true});
    }
  });

  it('have random bytes as many as asked for, each time others', () => {
    const host = createLinuxHost({processes: NO_PROCESSES});
    const [first, second] = [host.randomBytes('key', 33), host.randomBytes('key', 33)];
    assert.equal(Buffer.from(first, 'base64').length, 33);
    assert.notEqual(first, second);
  });
});
