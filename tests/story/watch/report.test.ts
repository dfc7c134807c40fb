import assert from 'node:assert/strict';

import {findFaults, summarise} from './report.ts';

const problem = '10:00:00.000: a was started on two while its process on one lived';
const well = {problems: [], starts: 2, looks: 60};
const bad = {...well, problems: [problem]};

describe('what a watch on guests says', () => {
  it('is shown to people, with all that it has seen', () => {
    assert.equal(
      summarise(well),
      'The watch on all guests has seen 2 starts, and looked 60 times at all processes: none ran twice, nor was to.',
    );
    assert.match(summarise(bad), /A guest ran twice, or was to:\n {4}10:00:00\.000: a was started/);
  });

  it('fails every story in which a guest ran twice, and the one about that if none did', () => {
    assert.deepEqual(findFaults({}, well), []);
    assert.deepEqual(findFaults({}, bad), [problem]);
    assert.deepEqual(findFaults({isTwice: true}, bad), []);
    assert.equal(findFaults({isTwice: true}, {...well, problems: ['a disk of a was refused']}).length, 1);
  });
});
