import assert from 'node:assert/strict';
import {schemaValues} from './check-values.ts';
import {checkCib, makePrimitive, parseCibXml} from './index.ts';
import {emptyCib} from './cib.ts';
import {isInstalled} from './testing/real-tools.ts';
import {compareWithSchema, fillIn, places} from './testing/schema.ts';

describe('the values of a CIB', () => {
  it('are those of the schema, or the change is refused with their names', () => {
    for (const [element, attributes] of Object.entries(schemaValues)) {
      for (const [attribute, values] of Object.entries(attributes)) {
        const place = `${element}.${attribute}`;
        assert.ok(places.includes(place), `${place} is not tried`);
        const wrong = checkCib(parseCibXml(fillIn(place, 'explode'))).map(({problem}) => problem);
        assert.deepEqual(wrong, [`\`${attribute}\` is none of ${values.join(', ')}`]);
      }
    }
    assert.deepEqual(checkCib(parseCibXml(fillIn('op.on-fail', 'fence'))), []);
  });

  it('name a provider where there is one to name', () => {
    const find = (agent: string, more = {}): readonly string[] =>
      checkCib({...emptyCib, resources: [{...makePrimitive({id: 'p', agent}), ...more}]}).map(({problem}) => problem);
    assert.deepEqual(find('ocf:pacemaker:Dummy'), []);
    assert.deepEqual(find('systemd:ntp'), []);
    assert.deepEqual(find('systemd:ntp', {provider: 'own'}), ['only OCF has providers']);
  });

  it("are refused exactly where Pacemaker's own schema refuses them", function () {
    if (!isInstalled('crm_verify')) this.skip();
    this.timeout(300_000);
    const {wrong, taken, refused} = compareWithSchema(1);
    assert.deepEqual(wrong, []);
    assert.ok(taken > 50 && refused > 10, `${taken} taken, ${refused} refused`);
  });
});
