import assert from 'node:assert/strict';
import fc from 'fast-check';
import {NameError} from '../errors.ts';
import {getBaseOfSeries, getSeriesOfBase, parseBase, parseChannel, renderBase, renderShortBase} from './base.ts';
import {parseCharmUrl, renderCharmUrl} from './charm-url.ts';
import {isSameConstraints, parseConstraints, renderConstraints} from './constraints.ts';
import {formatFloat, quote, quoteList} from './go-format.ts';
import {
  getRelationKey,
  getUnitTag,
  isApplicationName,
  isEndpointName,
  isMachineId,
  isSpaceName,
  parseMachineId,
  parseRelationEndpoint,
  parseUnitName,
} from './names.ts';
import {compareNaturally, sortNaturally} from './natural-sort.ts';
import {parsePlacement, parseUnitPlacement, renderPlacement} from './placement.ts';

describe('names', () => {
  it('allows applications whose parts each have a letter', () => {
    assert.deepEqual(['mysql', 'a-1b', 'nova-compute'].map(isApplicationName), [true, true, true]);
    assert.deepEqual(['app-1', 'App', '1a', 'a--b', '', 'a_b'].map(isApplicationName), Array(6).fill(false));
  });

  it('allows endpoints with dashes and underscores, and spaces with digits', () => {
    assert.deepEqual(['db', 'shared-db', 'a_b', '-a'].map(isEndpointName), [true, true, true, false]);
    assert.deepEqual(['alpha', '0-1', 'A', 'a-'].map(isSpaceName), [true, true, false, false]);
  });

  it('takes units, machines and relation endpoints apart', () => {
    assert.deepEqual(parseUnitName('nova-compute/10'), {application: 'nova-compute', number: 10});
    assert.deepEqual(['a/01', 'a', 'a/0/1', 'a/x'].map(parseUnitName), [null, null, null, null]);
    assert.deepEqual(parseMachineId('0/lxd/1'), {id: '0/lxd/1', parent: '0', containerType: 'lxd', number: 1});
    assert.deepEqual(['0', '0/lxd', '05', 'lxd:0'].map(isMachineId), [true, false, false, false]);
    assert.deepEqual(parseRelationEndpoint('mysql'), {application: 'mysql', endpoint: ''});
    assert.deepEqual(['mysql/db', 'a:b:c', 'a:'].map(parseRelationEndpoint), [null, null, null]);
    assert.equal(getUnitTag('mysql/0'), 'unit-mysql-0');
    const [a, b] = [
      {application: 'w', endpoint: 'db'},
      {application: 'm', endpoint: 'db'},
    ];
    assert.equal(getRelationKey(a, b), 'w:db m:db');
  });
});

describe('charm URLs', () => {
  it('are taken apart', () => {
    assert.deepEqual(parseCharmUrl('cs:~gnuoy/masakari-monitors-9'), {
      schema: 'cs',
      user: 'gnuoy',
      architecture: '',
      series: '',
      name: 'masakari-monitors',
      revision: 9,
    });
    assert.equal(parseCharmUrl('mysql').schema, 'ch');
    assert.equal(parseCharmUrl('ch:amd64/jammy/mysql-3').architecture, 'amd64');
    assert.equal(parseCharmUrl('local:focal/x').series, 'focal');
  });

  for (const text of ['cs:~gnuoy/masakari-4', 'ch:amd64/jammy/mysql-3', 'local:x', 'cs:xenial/mem-47']) {
    it(`are printed as they were: ${text}`, () => {
      assert.equal(renderCharmUrl(parseCharmUrl(text)), text);
    });
  }

  const bad: readonly (readonly [string, string])[] = [
    ['x:y', 'cannot parse URL "x:y": schema "x" not valid'],
    ['ch:a/b/c/d', 'charm or bundle URL has invalid form: "ch:a/b/c/d"'],
    ['ch:', 'URL without charm or bundle name: "ch:"'],
    ['ch:~bob/x', 'charmhub charm or bundle URL with user name: "ch:~bob/x" not valid'],
    ['local:~bob/x', 'local charm or bundle URL with user name: "local:~bob/x"'],
    ['ch:Foo', 'cannot parse URL "ch:Foo": name "Foo" not valid'],
    ['cs:9x/foo', 'cannot parse URL "cs:9x/foo": series name "9x" not valid'],
  ];
  for (const [text, message] of bad) {
    it(`are refused: ${text}`, () => {
      assert.throws(() => parseCharmUrl(text), {name: 'NameError', message});
    });
  }
});

describe('placements', () => {
  for (const text of ['0', 'new', 'lxd:0', 'lxd:new', 'mysql', 'mysql/0', 'lxd:mysql', 'kvm:mysql/12', 'lxd']) {
    it(`are printed as they were: ${text}`, () => {
      assert.equal(renderPlacement(parsePlacement(text)), text);
    });
  }

  it('take lxc for lxd, and a bare lxd for an application', () => {
    assert.equal(renderPlacement(parsePlacement('lxc:1')), 'lxd:1');
    assert.equal(parsePlacement('lxd').kind, 'application');
  });

  for (const text of [':0', '05', 'new/2', '0/lxd/0', 'lxd:', 'zone=a', '', 'bad placement']) {
    it(`are refused: ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePlacement(text), {message: `invalid placement syntax ${quote(text)}`});
    });
  }

  it('may name containers and directives on the command line', () => {
    assert.deepEqual(parseUnitPlacement('3/lxd/0'), {containerType: '', machine: '3/lxd/0', directive: ''});
    assert.deepEqual(parseUnitPlacement('lxd:3'), {containerType: 'lxd', machine: '3', directive: ''});
    assert.deepEqual(parseUnitPlacement('lxd'), {containerType: 'lxd', machine: '', directive: ''});
    assert.deepEqual(parseUnitPlacement('zone=a'), {containerType: '', machine: '', directive: 'zone=a'});
    assert.throws(() => parseUnitPlacement('mysql/0'), NameError);
  });
});

describe('constraints', () => {
  it('are printed in their canonical order and units', () => {
    const text = 'zones=a,b mem=8G tags=x,^y cpu-cores=4 arch=arm64 root-disk=1.5G allocate-public-ip=true';
    assert.equal(
      renderConstraints(parseConstraints(text)),
      'arch=arm64 cores=4 mem=8192M root-disk=1536M tags=x,^y zones=a,b allocate-public-ip=true',
    );
  });

  const bad: readonly (readonly [string, string])[] = [
    ['mem', 'malformed constraint "mem"'],
    ['foo=1', 'unknown constraint "foo"'],
    ['mem=x', 'bad "mem" constraint: must be a non-negative float with optional M/G/T/P suffix'],
    ['cores=-1', 'bad "cores" constraint: must be a non-negative integer'],
    ['arch=vax', 'bad "arch" constraint: "vax" not recognized'],
    ['cores=1 cores=2', 'bad "cores" constraint: already set'],
    ['spaces=X', 'bad "spaces" constraint: "X" is not a valid space name'],
    ['allocate-public-ip=1', "bad \"allocate-public-ip\" constraint: must be 'true' or 'false'"],
  ];
  for (const [text, message] of bad) {
    it(`are refused: ${text}`, () => {
      assert.throws(() => parseConstraints(text), {name: 'NameError', message});
    });
  }

  it('mean the same after printing, in whatever order they were written', () => {
    const word = fc.constantFrom(
      'cores=4',
      'mem=2G',
      'tags=a,^b',
      'spaces=x',
      'virt-type=a\\ b',
      'root-disk=',
      'arch=amd64',
    );
    fc.assert(
      fc.property(fc.uniqueArray(word), (words) => {
        const printed = renderConstraints(parseConstraints(words.join(' ')));
        assert.equal(renderConstraints(parseConstraints(words.toReversed().join('  '))), printed);
        assert.ok(isSameConstraints(printed, words.join(' ')));
      }),
    );
  });
});

describe('bases', () => {
  it('are read and printed with their risk', () => {
    assert.equal(renderBase(parseBase('ubuntu@22.04')), 'ubuntu@22.04/stable');
    assert.equal(renderShortBase(parseBase('ubuntu@22.04/stable')), 'ubuntu@22.04');
    assert.equal(renderShortBase(parseBase('Ubuntu@22.04/edge')), 'ubuntu@22.04/edge');
    for (const text of ['invalidbase', 'ubuntu@', 'beos@5', 'ubuntu@a/b/c/d', 'ubuntu@22.04/odd']) {
      assert.throws(() => parseBase(text), NameError, text);
    }
    assert.equal(parseChannel('2.0/edge/fix'), '2.0/edge/fix');
  });

  it('go with series', () => {
    assert.deepEqual(getBaseOfSeries('bionic'), {name: 'ubuntu', channel: '18.04/stable'});
    assert.equal(getSeriesOfBase(parseBase('ubuntu@26.04')), 'resolute');
    assert.equal(getSeriesOfBase(parseBase('ubuntu@24.04/edge')), 'noble');
    assert.equal(getBaseOfSeries('unknown'), null);
  });
});

describe('natural order', () => {
  it('compares digits as numbers', () => {
    assert.deepEqual(sortNaturally(['a10', 'a2', '10', '2', 'a']), ['2', '10', 'a', 'a2', 'a10']);
  });

  it('is an order: equal only to itself, and the same from either side', () => {
    const text = fc.string({unit: fc.constantFrom('0', '1', '9', 'a', '-', '/')});
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        assert.equal(compareNaturally(a, b) === 0, a === b);
        assert.equal(Math.sign(compareNaturally(a, b)), -Math.sign(compareNaturally(b, a)) + 0);
        if (compareNaturally(a, b) <= 0 && compareNaturally(b, c) <= 0) assert.ok(compareNaturally(a, c) <= 0);
      }),
    );
  });
});

describe('values in Go form', () => {
  it('are quoted', () => {
    assert.equal(quote('a"b\\c\n\t\u0001é\u00ad\u2028'), '"a\\"b\\\\c\\n\\t\\x01é\\u00ad\\u2028"');
    assert.equal(quoteList(['a', 'b c']), '["a" "b c"]');
  });

  it('are the shortest floats', () => {
    assert.deepEqual([1, 123.4, 1e6, 123456, 0.0001, 1e-5, -0].map(formatFloat), [
      '1',
      '123.4',
      '1e+06',
      '123456',
      '0.0001',
      '1e-05',
      '-0',
    ]);
  });
});
