import assert from 'node:assert/strict';

import fc from 'fast-check';

import {createLedgerStore, getLedgerPath, type Ledger} from './ledger.ts';
import {MemoryHost} from './testing/index.ts';
import {createTinyState} from './tiny.fixture.ts';

const PATH = '/var/lib/charm/tiny-0/ledger.json';
const EMPTY: Ledger = {files: [], restarts: {}, reloads: {}, workloadVersion: '', isLeaving: false, notes: {}};

function createHost(content?: string): MemoryHost {
  const host = new MemoryHost({facts: createTinyState().facts});
  if (content !== undefined) {
    host.state.files[PATH] = {content, owner: 'root', group: 'root', mode: 0o600};
  }
  return host;
}

describe('ledger', () => {
  it('remembers across runs, for root only', async () => {
    const host = createHost();
    await createLedgerStore(host.files, 'tiny/0').update({files: ['/a'], notes: {cluster: ['x']}});
    assert.equal(host.state.files[PATH]?.mode, 0o600);
    assert.deepEqual(await createLedgerStore(host.files, 'tiny/0').read(), {
      ...EMPTY,
      files: ['/a'],
      notes: {cluster: ['x']},
    });
  });

  it('writes nothing when nothing changes', async () => {
    const host = createHost();
    const ledger = createLedgerStore(host.files, 'tiny/0');
    await ledger.update({files: []});
    assert.deepEqual(host.effects, []);
    await ledger.update({files: ['/a']});
    await ledger.update({files: ['/a']});
    assert.deepEqual(host.effects, [`write ${PATH}`]);
  });

  it('does not remember what it could not write', async () => {
    const host = createHost();
    host.state.users.splice(0);
    const ledger = createLedgerStore(host.files, 'tiny/0');
    await assert.rejects(ledger.update({files: ['/a']}));
    assert.deepEqual(await ledger.read(), EMPTY);
  });

  it('is gone when removed', async () => {
    const host = createHost('{}');
    const ledger = createLedgerStore(host.files, 'tiny/0');
    await ledger.remove();
    assert.deepEqual(host.state.files, {});
    assert.deepEqual(await ledger.read(), EMPTY);
  });

  it('of each unit is apart', () => {
    assert.notEqual(getLedgerPath('a/1'), getLedgerPath('a-1/1'));
    assert.notEqual(getLedgerPath('a/1'), getLedgerPath('a/11'));
  });

  it('that is damaged counts as empty, and only in the part that is', async () => {
    const read = (content: string): Promise<Ledger> => createLedgerStore(createHost(content).files, 'tiny/0').read();
    for (const content of ['', '{', 'null', '[]', '"x"', '\0']) {
      assert.deepEqual(await read(content), EMPTY, content);
    }
    const other = JSON.stringify({files: ['/a'], restarts: {web: 1}, notes: {x: 'y'}, added: true});
    assert.deepEqual(await read(other), {...EMPTY, files: ['/a']});
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...Object.keys(EMPTY), '__proto__'), fc.jsonValue()),
        async (value) => {
          const {files, notes} = await read(JSON.stringify(value));
          assert.ok(files.every((path) => typeof path === 'string'));
          assert.ok(
            Object.values(notes)
              .flat()
              .every((note) => typeof note === 'string'),
          );
        },
      ),
    );
  });
});
