import assert from 'node:assert/strict';

import {readCharm, type Base, type Charm} from '#juju';

import {LocalError} from '../errors.ts';
import {describeOtherBase} from './bases.ts';

const DEBIAN = {base: 'debian@12', architecture: 'amd64'};

describe('the base of a charm where all machines have the same', () => {
  let own: Charm;

  before(async () => {
    own = await readCharm('charms/hacluster');
  });

  const createCharm = (...bases: readonly (readonly [string, string, ...string[]])[]): Charm => ({
    ...own,
    manifest: {bases: bases.map(([name, channel, ...architectures]): Base => ({name, channel, architectures}))},
  });

  it('is said when it is another one than that of the machines', () => {
    const charm = createCharm(['ubuntu', '24.04/stable', 'amd64']);
    assert.equal(
      describeOtherBase(charm, 'ubuntu@24.04/stable', DEBIAN),
      'Charm "hacluster" is for ubuntu@24.04, and runs on debian@12 here: the base of all machines',
    );
    assert.equal(describeOtherBase(charm, 'ubuntu@24.04/stable', {...DEBIAN, base: 'ubuntu@24.04'}), '');
  });

  it('is nothing to speak of where a machine has that of its first unit', () => {
    assert.equal(describeOtherBase(createCharm(['centos', '7/stable', 's390x']), 'centos@7/stable', {}), '');
  });

  it('is refused when it is another system, asked for by the charm or by its user', () => {
    const refusal = new LocalError('charm "hacluster" needs centos@7, and machines here have debian@12');
    assert.throws(() => describeOtherBase(createCharm(['centos', '7/stable']), 'centos@7/stable', DEBIAN), refusal);
    assert.throws(() => describeOtherBase(createCharm(), 'centos@7/stable', DEBIAN), refusal);
  });

  it('is refused when the charm is for other processors only', () => {
    const charm = createCharm(['ubuntu', '22.04/stable', 's390x', 'arm64'], ['centos', '7/stable', 'amd64']);
    assert.throws(
      () => describeOtherBase(charm, 'ubuntu@22.04/stable', DEBIAN),
      new LocalError('charm "hacluster" is for arm64, s390x only, and machines here have amd64'),
    );
    assert.equal(
      describeOtherBase(createCharm(['ubuntu', '22.04/stable']), 'ubuntu@22.04/stable', DEBIAN).length > 0,
      true,
    );
  });
});
