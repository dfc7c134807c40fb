import assert from 'node:assert/strict';

import fc from 'fast-check';

import {LocalError} from '../../errors.ts';
import {getHostName, getLinkPrefix, getMachinePaths, getModelPrefix, getPowerOwner, getSlug} from './names.ts';

const id = fc
  .tuple(fc.nat(9999), fc.option(fc.tuple(fc.constantFrom('lxd', 'kvm'), fc.nat(999))))
  .map(([machine, container]) => (container === null ? String(machine) : `${machine}/${container.join('/')}`));

describe('names of machines on the host', () => {
  it('are different for different machines', () => {
    fc.assert(
      fc.property(id, id, (one, other) => {
        fc.pre(one !== other);
        assert.notEqual(getSlug(one), getSlug(other));
        assert.notEqual(getLinkPrefix(one), getLinkPrefix(other));
      }),
    );
  });

  it('leave room for an interface in the 15 characters that the kernel takes', () => {
    fc.assert(
      fc.property(id, fc.nat(99), (machine, index) => {
        assert.ok(`${getLinkPrefix(machine)}e${String(index)}`.length <= 15);
      }),
    );
  });

  it('are host names, and those of one model are never of another', () => {
    assert.equal(getHostName('3f', '1/lxd/0'), 'jl-3f-1-lxd-0');
    assert.ok(!getHostName('3f2a', '0').startsWith(getModelPrefix('3f')));
  });

  it('give a container its machine as the owner of its power', () => {
    assert.equal(getPowerOwner('12/lxd/3'), '12');
    assert.equal(getPowerOwner('12'), '12');
  });

  it('are refused for what is no id, so that none leads out of the folder', () => {
    for (const wrong of ['..', '../0', '', '1/lxd', '1/lxd/0/lxd/1', '1/../2', '0\n']) {
      assert.throws(() => getMachinePaths('/data', wrong), LocalError, wrong);
    }
  });
});
