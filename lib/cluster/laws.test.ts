import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  applyChange,
  canonicalCib,
  checkCib,
  declaredIds,
  diff,
  emptyDeclaration,
  isEmptyChange,
  parseCibXml,
  parseCrm,
  printCrm,
  reconcile,
  renderCibXml,
} from './index.ts';
import type {Cib, Clone, ClusterDeclaration, Group, Location, Primitive} from './index.ts';
import {keepCib} from './memory/cibs.ts';
import {cibArbitrary} from './testing/arbitraries.test.ts';
import {freezeDeep} from './values.ts';

const runs = {numRuns: 60};

function shuffled(cib: Cib, turn: number): Cib {
  const rotate = <T>(list: readonly T[]): readonly T[] => [...list.slice(turn), ...list.slice(0, turn)].reverse();
  return {
    ...cib,
    nodes: rotate(cib.nodes),
    resources: rotate(cib.resources),
    constraints: rotate(cib.constraints),
    properties: cib.properties.map((set) => ({...set, pairs: rotate(set.pairs)})),
  };
}

function declare(cib: Cib): ClusterDeclaration {
  return {
    ...emptyDeclaration,
    primitives: cib.resources.filter((one): one is Primitive => one.kind === 'primitive'),
    groups: cib.resources.filter((one): one is Group => one.kind === 'group'),
    clones: cib.resources.filter((one): one is Clone => one.kind === 'clone'),
    locations: cib.constraints.filter((one): one is Location => one.kind === 'location'),
  };
}

describe('the laws of cluster configurations', () => {
  it('a CIB written as XML and read again is the same', () => {
    fc.assert(
      fc.property(cibArbitrary, (cib) => {
        assert.deepEqual(canonicalCib({...parseCibXml(renderCibXml(cib)), status: null}), canonicalCib(cib));
      }),
      runs,
    );
  });

  it('a CIB that was written here says what its text says', () => {
    fc.assert(
      fc.property(cibArbitrary, (cib) => {
        const text = keepCib(freezeDeep(cib));
        // The blank makes it a text that nobody wrote here.
        assert.deepEqual(parseCibXml(text), parseCibXml(`${text} `));
      }),
      runs,
    );
  });

  it('what is remembered of objects is what is found anew', () => {
    fc.assert(
      fc.property(cibArbitrary, cibArbitrary, (a, b) => {
        // Two CIBs in one: ids are there twice, and a group may lose a member to another.
        const both = {
          ...a,
          resources: [...a.resources, ...b.resources],
          constraints: [...b.constraints, ...a.constraints],
        };
        assert.deepEqual(checkCib(freezeDeep(both)), checkCib(structuredClone(both)));
        assert.equal(renderCibXml(both), renderCibXml(structuredClone(both)));
      }),
      runs,
    );
  });

  it('a CIB printed in crm syntax and read again is the same', () => {
    fc.assert(
      fc.property(cibArbitrary, (cib) => {
        assert.deepEqual(canonicalCib(parseCrm(printCrm(cib))), canonicalCib(cib));
      }),
      runs,
    );
  });

  it('what is generated is valid', () => {
    fc.assert(
      fc.property(cibArbitrary, (cib) => {
        assert.deepEqual(checkCib(cib), []);
      }),
      runs,
    );
  });

  it('the change from a to b makes b of a', () => {
    fc.assert(
      fc.property(cibArbitrary, cibArbitrary, (a, b) => {
        assert.deepEqual(canonicalCib(applyChange(diff(a, b), a)), canonicalCib({...b, version: a.version}));
      }),
      runs,
    );
  });

  it('nothing changes from b to b, whatever the order of its parts', () => {
    fc.assert(
      fc.property(cibArbitrary, fc.nat(5), (b, turn) => {
        assert.ok(isEmptyChange(diff(b, b)));
        assert.ok(isEmptyChange(diff(b, shuffled(b, turn))));
        assert.deepEqual(canonicalCib(shuffled(b, turn)), canonicalCib(b));
        assert.equal(printCrm(canonicalCib(shuffled(b, turn))), printCrm(canonicalCib(b)));
      }),
      runs,
    );
  });

  it('reconciling twice changes nothing more, and taking everything back leaves what was there', () => {
    fc.assert(
      fc.property(cibArbitrary, (b) => {
        const base = parseCrm('primitive operators ocf:heartbeat:Dummy\nlocation cli-ban-operators operators -inf: x');
        const declared = declare(b);
        const first = reconcile({have: base, declared, owned: []}).cib;
        const owned = declaredIds(declared);
        assert.ok(isEmptyChange(diff(first, reconcile({have: first, declared, owned}).cib)));
        const last = reconcile({have: first, declared: emptyDeclaration, owned});
        assert.ok(isEmptyChange(diff(base, last.cib)));
        assert.deepEqual(last.dropped, []);
      }),
      runs,
    );
  });
});
