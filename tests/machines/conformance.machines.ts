import assert from 'node:assert/strict';

import {
  compareWithPacemaker,
  compareWithSchema,
  findRoundTripProblems,
  hasSimulator,
  isInstalled,
  makeSituation,
  printReport,
} from '#cluster/testing';

/** How many generated clusters are compared; in `npm test` it is a few of them. */
const clusterCount = 1200;

describe('the modelled placement', function () {
  this.timeout(1_800_000);

  it(`is that of crm_simulate on ${clusterCount} generated clusters`, () => {
    assert.ok(hasSimulator(), 'crm_simulate is not installed: npm run test:machines installs it');
    const report = compareWithPacemaker(100_000, clusterCount);
    process.stdout.write(`${printReport(report)}\n`);
    assert.ok(report.unwalkable.length <= clusterCount / 50);
    assert.equal(report.compared + report.unwalkable.length, clusterCount);
    assert.deepEqual(report.differences, []);
  });
});

/** How many generated configurations go through crmsh; starting it is most of the work. */
const configurationCount = 60;

describe('what is written about a cluster', function () {
  this.timeout(1_800_000);

  it(`is shown, loaded and read back by crmsh as it was: ${configurationCount} generated configurations`, () => {
    assert.ok(isInstalled('crm'), 'crmsh is not installed: npm run test:machines installs it');
    for (let seed = 1; seed <= configurationCount; seed += 1) {
      assert.deepEqual(findRoundTripProblems(makeSituation(seed).cib), [], `seed ${seed}`);
    }
  });

  it('is refused exactly where the schema of Pacemaker refuses it', () => {
    const {wrong, taken, refused} = compareWithSchema(13);
    process.stdout.write(`${taken} values taken, ${refused} refused\n`);
    assert.deepEqual(wrong, []);
  });
});
