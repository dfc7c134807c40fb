import assert from 'node:assert/strict';

import {compareWithPacemaker, hasSimulator, printReport} from '#cluster/testing';

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
