import assert from 'node:assert/strict';

import fc from 'fast-check';
import {load, YAML11_SCHEMA} from 'js-yaml';

import {addRelation, inferEndpoints} from '../uniter/relations.ts';
import {settle} from '../uniter/settle.ts';
import {addFixtureApplication, createFixture, type Fixture} from '../uniter/world.fixture.ts';
import {describeModel} from './status-data.ts';
import {selectParts} from './status-filter.ts';
import {renderOneLine, renderStatus} from './status-tabular.ts';
import {renderTable} from './table.ts';
import {renderJson, renderSmart, renderYaml, type Printable} from './yaml.ts';

async function createDeployment(): Promise<Fixture> {
  const fixture = createFixture(1);
  const {world} = fixture;
  await addFixtureApplication(fixture, 'db', {metadata: 'provides: {db: {interface: sql}}', units: 1});
  await addFixtureApplication(fixture, 'web', {metadata: 'requires: {store: {interface: sql}}', units: 2});
  await addFixtureApplication(fixture, 'agent', {
    metadata: 'subordinate: true\nrequires: {container: {interface: juju-info, scope: container}}',
  });
  addRelation(world, inferEndpoints(world, 'web:store', 'db:db'));
  addRelation(world, inferEndpoints(world, 'db:juju-info', 'agent:container'));
  fixture.programs['db'] = async ({environment, tools}) => {
    await tools('status-set', ['active', 'Unit is ready']);
    if (environment['JUJU_HOOK_NAME'] === 'start') {
      await tools('open-port', ['80']);
      await tools('open-port', ['443']);
      await tools('application-version-set', ['1.2.3-with-a-long-tail']);
    }
    return 0;
  };
  fixture.programs['web'] = ({environment}) =>
    Promise.resolve(environment['JUJU_UNIT_NAME'] === 'web/1' && environment['JUJU_HOOK_NAME'] === 'start' ? 1 : 0);
  await settle(world);
  return fixture;
}

describe('status', () => {
  it('is the table of Juju: leaders starred, subordinates below their principals, errors in the message', async () => {
    const {world} = await createDeployment();
    const {model} = world;
    const text = renderStatus(model, selectParts(model, []), {now: 0, relations: true});
    const leader = model.applications['web']?.leader ?? '';
    const lines = text.split('\n').map((line) => line.replace(/\s{2,}/g, ' | ').trim());
    for (const expected of [
      'Model | Controller | Cloud/Region | Version | Timestamp',
      'test | c | memory/local | 3.6.4 | 00:00:00Z',
      'App | Version | Status | Scale | Charm | Channel | Rev | Exposed | Message',
      'db | 1.2.3-with-a... | active | 1 | db | 0 | no | Unit is ready',
      'web | error | 2 | web | 0 | no | hook failed: "start"',
      'Unit | Workload | Agent | Machine | Public address | Ports | Message',
      'db/0* | active | idle | 0 | 10.0.0.10 | 80,443/tcp | Unit is ready',
      '| agent/0* | unknown | idle | 10.0.0.10',
      'Machine | State | Address | Inst id | Base | AZ | Message',
      'Integration provider | Requirer | Interface | Type | Message',
      'db:db | web:store | sql | regular',
      'db:juju-info | agent:container | juju-info | subordinate',
    ]) {
      assert.ok(lines.includes(expected), `${expected}\n${text}`);
    }
    const [principal, subordinate] = ['db/0*', '| agent/0*'].map((start) =>
      lines.findIndex((line) => line.startsWith(start)),
    );
    assert.equal(subordinate, (principal ?? 0) + 1);
    assert.ok(text.includes(`\n${leader}*  `));
    assert.ok(text.split('\n').every((line) => line === line.trimEnd()));
  });

  it('has the keys of Juju as yaml and json', async () => {
    const {world} = await createDeployment();
    const {model} = world;
    const data = describeModel(model, selectParts(model, []), 0);
    const parsed = JSON.parse(renderJson(data)) as Record<string, Record<string, never>>;
    assert.deepEqual(Object.keys(parsed), ['applications', 'controller', 'machines', 'model', 'storage']);
    const unit = JSON.stringify(
      (parsed['applications']?.['db'] as unknown as {units: Record<string, unknown>}).units['db/0'],
    );
    assert.match(
      unit,
      /"leader":true,"machine":"0","open-ports":\["80\/tcp","443\/tcp"\],"public-address":"10\.0\.0\.10"/,
    );
    assert.match(unit, /"subordinates":\{"agent\/0":\{/);
    assert.deepEqual(load(renderYaml(data), {schema: YAML11_SCHEMA}), parsed);
  });

  it('shows only what filters match, principals and their subordinates together', async () => {
    const {world} = await createDeployment();
    const {model} = world;
    const select = (...patterns: string[]): string[] => [...selectParts(model, patterns).units].sort();
    assert.deepEqual(select('agent'), ['agent/0', 'db/0']);
    assert.deepEqual(select('db'), ['agent/0', 'db/0']);
    assert.deepEqual([...selectParts(model, ['db']).applications].sort(), ['agent', 'db']);
    assert.deepEqual(select('error'), ['web/1']);
    assert.deepEqual(select('web*'), ['web/0', 'web/1']);
    assert.deepEqual(select('nothing'), []);
  });

  it('is one line a unit as oneline', async () => {
    const {world} = await createDeployment();
    const [first] = renderOneLine(world.model, selectParts(world.model, ['db'])).split('\n');
    assert.equal(first, '- db/0*: 10.0.0.10 (agent:idle, workload:active) 80,443/tcp');
  });
});

describe('printing', () => {
  const values = fc.letrec<{value: Printable}>((tie) => ({
    value: fc.oneof(
      {maxDepth: 3},
      fc.string(),
      fc.string({unit: fc.constantFrom('a', ' ', ':', '-', '#', '\n', '"', "'", '0', '.', 'e', '~', '\t')}),
      fc.constantFrom('true', 'no', '0x1f', '1e3', '2024-01-02', '', 'null', '<<', '=', '1:30', 'é', '\u0007'),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), {maxLength: 3}),
      fc.dictionary(
        fc.string({minLength: 1, maxLength: 5}).filter((key) => key !== '__proto__'),
        tie('value'),
        {maxKeys: 3},
      ),
    ),
  })).value;

  it('gives YAML that reads back as what it was', () => {
    fc.assert(
      fc.property(values, (value) => {
        assert.deepEqual(
          JSON.parse(JSON.stringify(load(renderYaml(value), {schema: YAML11_SCHEMA}) ?? null)),
          JSON.parse(JSON.stringify(value)),
        );
      }),
      {numRuns: 300},
    );
  });

  it('gives JSON as Go does', () => {
    assert.equal(renderJson({b: '<&>', a: [1, null]}), '{"a":[1,null],"b":"\\u003c\\u0026\\u003e"}');
  });

  it('gives smart text for each kind of value', () => {
    assert.deepEqual(
      [null, '', 'x', true, 5, [], ['a', 'b'], {}].map((value) => renderSmart(value)),
      ['', '', 'x\n', 'True\n', '5\n', '', 'a\nb\n', '{}\n'],
    );
  });

  it('aligns tables by what is seen', () => {
    assert.equal(
      renderTable(
        [
          ['a', 'n', 'x'],
          ['éé', '10', ''],
        ],
        {right: [1]},
      ),
      'a    n  x\néé  10\n',
    );
  });

  it('keeps a row on its line, whatever a charm says', () => {
    const said = 'one\r\ntwo\u001b[31m\tthree\u009b2J';
    assert.equal(renderTable([[said, 'x']]), 'one two [31m three 2J  x\n');
  });
});
