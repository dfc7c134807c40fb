import assert from 'node:assert/strict';

import {choose, runsForReal} from './distribution.ts';

describe('what differs between distributions', () => {
  it('is chosen by the name that the machine gives itself, and one that is unknown is taken for Ubuntu', () => {
    const workload = {ubuntu: 'mysql', debian: 'mariadb'};
    const chosen = ['debian', 'ubuntu', 'mint', ''].map((id) => choose(workload, id));
    assert.deepEqual(chosen, ['mariadb', 'mysql', 'mysql', 'mysql']);
  });

  it('is that machines of this computer run for real what is only configured elsewhere', () => {
    const run = (id: string, isQuiet: boolean): boolean =>
      runsForReal({host: {os: {id}}, config: {'answer-only': isQuiet}});
    assert.deepEqual([run('debian', false), run('ubuntu', false), run('debian', true)], [true, false, false]);
  });
});
