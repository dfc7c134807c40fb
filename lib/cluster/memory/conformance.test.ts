import assert from 'node:assert/strict';
import {applyChange, canonicalCib, diff, parseCibXml, parseCrm, printCrm, renderCibXml} from '../index.ts';
import type {Cib} from '../index.ts';
import {renderPatch} from '../patch.ts';
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

  it('writes patches that cibadmin takes, and refuses with 103 once they are old', function () {
    if (!isInstalled('cibadmin')) this.skip();
    this.timeout(30_000);
    const have = toCib('primitive x ocf:pacemaker:Dummy\nlocation l x 0: n1');
    const want = toCib(`${seedConfiguration}\nalert a /bin/true`);
    const tools = openRealTools(renderCibXml(have));
    const change = diff(have, want);
    const patch = renderPatch(change, have);
    assert.equal(tools.run('cibadmin', ['--patch', '--xml-pipe'], patch).exitCode, 0);
    const made = parseCibXml(tools.readCib());
    const plain = (cib: Cib): Cib => canonicalCib({...cib, version: have.version, attributes: {}, status: null});
    assert.deepEqual(plain(made), plain(applyChange(change, have)));
    assert.equal(made.version.epoch, '2');
    assert.equal(tools.run('cibadmin', ['--patch', '--xml-pipe'], patch).exitCode, 103);
    tools.remove();
  });

  it('prints the configuration as crm configure show does', function () {
    if (!isInstalled('crm')) this.skip();
    this.timeout(30_000);
    const cib = toCib(seedConfiguration);
    const tools = openRealTools(renderCibXml(cib));
    assert.equal(tools.run('crm', ['configure', 'show']).stdout.trimEnd(), printCrm(cib).trimEnd());
    tools.remove();
  });
});
