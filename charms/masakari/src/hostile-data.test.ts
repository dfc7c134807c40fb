import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {Databag} from '#charm';
import type {UnitState} from '#charm/testing';

import {
  brokerData,
  completeRelations,
  CONF,
  createState,
  databaseData,
  getFile,
  keystoneData,
  run,
} from './fixture.test.ts';

/** Texts that have hurt programs before, with ordinary ones. */
const hostileText = fc.oneof(
  fc.string({unit: 'binary', minLength: 1, maxLength: 40}),
  fc.string({minLength: 1, maxLength: 20}),
  fc.constantFrom(
    '"quoted"',
    "'quoted'",
    '$HOME',
    '${DEFAULT.debug}',
    '%(host)s',
    'a;b',
    'a#b',
    ' led and trailed ',
    'a\nb = c',
    '[section]',
    'x\r\ny',
    '\u2028',
    '\ud800',
    '{"json": true}',
    'null',
    '@/:?&=+',
    '\\',
    'ü€😀',
    'x'.repeat(1_000_000),
  ),
);

const hostileBag = (good: Databag): fc.Arbitrary<Databag> =>
  fc.dictionary(fc.constantFrom(...Object.keys(good)), hostileText, {maxKeys: 3}).map((bad) => ({...good, ...bad}));

/** As oslo.config reads a file: a value goes to the end of its line, one pair of quotes is taken off, `\\$` and `$$` are `$`. */
function parseOslo(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  let section = '';
  for (const line of text.split('\n').filter((found) => found.trim() !== '')) {
    const header = /^\[(.*)\]$/.exec(line);
    if (header !== null) {
      section = header[1]!;
      continue;
    }
    const at = line.search(/[=:]/);
    assert.ok(at > 0, `not an option: ${line}`);
    const raw = line.slice(at + 1).trim();
    const value = /^(["']).*\1$/s.test(raw) && raw.length > 1 ? raw.slice(1, -1) : raw;
    values[`${section}/${line.slice(0, at).trim()}`] = value.replaceAll('\\$', '$$$$').replaceAll('$$', '$');
  }
  return values;
}

let installed: UnitState | null = null;

/** A machine with everything installed, so that each try is short. */
async function createInstalled(relations: UnitState['relations']): Promise<UnitState> {
  installed ??= (await run(createState())).state;
  return {...installed, relations};
}

describe('masakari.conf and hostile relation data', () => {
  it('is never an error, and what is written reads back as what was sent', async () => {
    const bags = fc.record({
      'shared-db': hostileBag(databaseData),
      amqp: hostileBag(brokerData),
      'identity-service': hostileBag(keystoneData),
    });
    await fc.assert(
      fc.asyncProperty(bags, async (change) => {
        const {exitCode, state} = await run(await createInstalled(completeRelations(change)));
        assert.equal(exitCode, 0);
        if (state.host.files[CONF] === undefined) {
          assert.notEqual(state.status.status, 'active');
          return;
        }
        const text = getFile(state, CONF);
        const values = parseOslo(text);
        const keystone = change['identity-service'];
        assert.equal(values['keystone_authtoken/password'], keystone['service_password']);
        assert.equal(values['DEFAULT/os_privileged_user_password'], keystone['service_password']);
        assert.equal(values['keystone_authtoken/username'], keystone['service_username']);
        assert.equal(values['keystone_authtoken/project_name'], keystone['service_tenant']);
        const url = /^mysql\+pymysql:\/\/masakari:([^@]*)@/.exec(values['database/connection'] ?? '');
        assert.equal(decodeURIComponent(url?.[1] ?? ''), change['shared-db']['password']);
        const broker = /^rabbit:\/\/masakari:([^@]*)@/.exec(values['DEFAULT/transport_url'] ?? '');
        assert.equal(decodeURIComponent(broker?.[1] ?? ''), change['amqp']['password']);
        assert.equal(values['DEFAULT/auth_strategy'], 'keystone');
      }),
      {numRuns: 150},
    );
  });

  it('names relation, unit and key of whatever is bad', async () => {
    const control = fc.constantFrom('\n', '\u0000', '\u001b[2J', '\u2029', '\u0085');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('service_password', 'service_username'), control, async (key, bad) => {
        const relations = completeRelations({'identity-service': {...keystoneData, [key]: `a${bad}b`}});
        const {state} = await run(await createInstalled(relations));
        assert.equal(state.status.status, 'blocked');
        assert.ok(
          state.status.message.startsWith(`relation identity-service:3, unit keystone/0: ${key} must be one line`),
        );
        assert.ok(!state.status.message.includes(bad));
      }),
      {numRuns: 10},
    );
  });
});
