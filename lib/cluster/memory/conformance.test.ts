import assert from 'node:assert/strict';
import {applyChange, canonicalCib, diff, parseCibXml, parseCrm, printCrm, renderCibXml} from '../index.ts';
import type {Cib} from '../index.ts';
import {renderUpdate} from '../patch.ts';
import {compareWithPacemaker, hasSimulator, printReport} from '../testing/conformance.ts';
import {isInstalled, openRealTools} from '../testing/real-tools.ts';
import {seedConfiguration} from '../testing/seed.ts';

/** Clusters for every `npm test`; `npm run test:machines` compares more. */
const clusterCount = 100;

function toCib(text: string): Cib {
  return {
    ...parseCrm(text),
    validateWith: 'pacemaker-3.9',
    version: {adminEpoch: '0', epoch: '1', numUpdates: '0'},
    attributes: {crm_feature_set: '3.16.1'},
  };
}

describe('against the real programs', () => {
  it('places resources as crm_simulate does', function () {
    if (!hasSimulator()) this.skip();
    this.timeout(300_000);
    const report = compareWithPacemaker(1, clusterCount);
    assert.ok(report.unwalkable.length <= clusterCount / 50, printReport(report));
    assert.equal(report.compared + report.unwalkable.length, clusterCount);
    assert.deepEqual(report.differences, [], printReport(report));
  });

  for (const [what, text] of [
    ['a change of what is there', `${seedConfiguration}\nalert a /bin/true`],
    [
      'objects that are new',
      'primitive x ocf:pacemaker:Dummy\nprimitive y ocf:pacemaker:Dummy\nlocation l x 0: n1\nlocation m y 0: n1',
    ],
  ] as const) {
    it(`writes ${what} so that cibadmin takes it, and refuses it with 103 once it is old`, function () {
      if (!isInstalled('cibadmin')) this.skip();
      this.timeout(30_000);
      const have = toCib('primitive x ocf:pacemaker:Dummy\nlocation l x 0: n1');
      const change = diff(have, toCib(text));
      const tools = openRealTools(renderCibXml(have));
      const {args, stdin} = renderUpdate(change, have);
      assert.equal(tools.run('cibadmin', args, stdin).exitCode, 0);
      const made = parseCibXml(tools.readCib());
      const plain = (cib: Cib): Cib => canonicalCib({...cib, version: have.version, attributes: {}, status: null});
      assert.deepEqual(plain(made), plain(applyChange(change, have)));
      assert.equal(made.version.epoch, '2');
      assert.equal(tools.run('cibadmin', args, stdin).exitCode, 103);
      tools.remove();
    });
  }

  it('prints the configuration as crm configure show does', function () {
    if (!isInstalled('crm')) this.skip();
    this.timeout(30_000);
    const cib = toCib(seedConfiguration);
    const tools = openRealTools(renderCibXml(cib));
    assert.equal(tools.run('crm', ['configure', 'show']).stdout.trimEnd(), printCrm(cib).trimEnd());
    tools.remove();
  });
});
