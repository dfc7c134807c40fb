import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import * as fc from 'fast-check';
import {makeAttributeSet, parseCibXml, parseCrm, printCrm, renderCibXml} from './index.ts';
import type {Cib} from './index.ts';
import {propertiesId} from './cib.ts';
import {cibArbitrary, plainCibArbitrary} from './testing/arbitraries.test.ts';
import {isInstalled, openRealTools} from './testing/real-tools.ts';
import {findRoundTripProblems} from './testing/round-trip.ts';
import {makeSituation} from './testing/situations.ts';

const header = {
  validateWith: 'pacemaker-3.9',
  version: {adminEpoch: '0', epoch: '1', numUpdates: '0'},
  attributes: {crm_feature_set: '3.16.1', 'have-quorum': '1'},
};

/** As on a cluster that may start resources: crm_verify refuses one that fences and has no device. */
function toRunnable(cib: Cib): Cib {
  const pairs = cib.properties.flatMap((set) => set.pairs.map(({name, value}) => [name, value ?? ''] as const));
  const values = {...Object.fromEntries(pairs), 'stonith-enabled': 'false'};
  return {...cib, ...header, properties: [makeAttributeSet(propertiesId, values)]};
}

/** Without constraints on parts of clones, which Pacemaker finds only where it has seen them run. */
function withoutParts(cib: Cib): Cib {
  const isOnPart = (id = ''): boolean => /^cl\d+[cg]/.test(id);
  const constraints = cib.constraints.filter((one) => one.kind !== 'location' || !isOnPart(one.resource));
  return {...cib, constraints};
}

function verify(cib: Cib): string {
  const tools = openRealTools(renderCibXml(cib));
  const {exitCode, stdout, stderr} = tools.run('crm_verify', ['-VV', '--xml-file', tools.path]);
  tools.remove();
  return exitCode === 0 ? '' : `${exitCode}: ${stdout}${stderr}`;
}

/** What crmsh prints of a CIB that we wrote, read by us. */
function readShown(cib: Cib): Cib {
  const tools = openRealTools(renderCibXml(cib));
  const {stdout} = tools.run('crm', ['configure', 'show']);
  tools.remove();
  return parseCrm(stdout);
}

describe('what is printed, in the hands of the real programs', function () {
  this.timeout(300_000);

  it('passes crm_verify, with hostile values', function () {
    if (!isInstalled('crm_verify')) this.skip();
    fc.assert(
      fc.property(cibArbitrary, (cib) => {
        assert.equal(verify(toRunnable(cib)), '');
      }),
      {numRuns: 15},
    );
  });

  it('passes crm_verify, with all that placement is compared on', function () {
    if (!isInstalled('crm_verify')) this.skip();
    for (let seed = 1; seed <= 15; seed += 1)
      assert.equal(verify(toRunnable(withoutParts(makeSituation(seed).cib))), '');
  });

  it('is shown, loaded and read back by crmsh as it was, with plain values', function () {
    if (!isInstalled('crm')) this.skip();
    fc.assert(
      fc.property(plainCibArbitrary, (cib) => {
        assert.deepEqual(findRoundTripProblems(cib), []);
      }),
      {numRuns: 4},
    );
  });

  it("is read by crmsh as it was meant where it is like the seed's", function () {
    if (!isInstalled('crm')) this.skip();
    const cib = parseCibXml(readFileSync(new URL('fixtures/seed-like.xml', import.meta.url), 'utf8'));
    assert.equal(printCrm(readShown(cib)), printCrm(cib));
  });
});
