import assert from 'node:assert/strict';

import fc from 'fast-check';

import {parseCrm, type Cib} from '#cluster';

import {addTerms, getFencingBound, getFencingTerms, type FencingTerms} from './fencing-bound.ts';

/** What of a cluster's configuration the bound is made of, as crm syntax has it. */
interface Setting {
  readonly members: number;
  readonly remote: string;
  readonly device: string;
  readonly others: string;
}

const MAAS = 'params url="http://10.0.0.205/MAAS" hostnames="tidy-goose model-crow"';
const DEVICE_MONITOR = 'op monitor interval=25 start-delay=25 timeout=25';

const seed: Setting = {
  members: 3,
  remote: 'op monitor interval=30s',
  device: `${MAAS} ${DEVICE_MONITOR}`,
  others: `primitive st-null stonith:null params hostlist="n0 n1 n2" pcmk_delay_base=25s ${DEVICE_MONITOR}
property cib-bootstrap-options: stonith-enabled=true`,
};

function getCib({members, remote, device, others}: Setting): Cib {
  const nodes = Array.from({length: members}, (_, index) => `node ${index + 1}: n${index}`);
  const text = `${nodes.join('\n')}
primitive tidy-goose ocf:pacemaker:remote params server=10.0.0.14 reconnect_interval=60 ${remote}
primitive st-maas-54fb962 stonith:external/maas ${device}
${others}`;
  return parseCrm(text);
}

const getBound = (change: Partial<Setting> = {}, expected = 3): number =>
  getFencingBound(getCib({...seed, ...change}), expected) ?? NaN;

describe('the bound of fencing', () => {
  it('is 267 s with the seed’s settings, of which each wait has a name', () => {
    assert.deepEqual(getFencingTerms(getCib(seed), 3), {
      monitorInterval: 30,
      monitorTimeout: 20,
      underWay: 50,
      startTimeout: 20,
      members: 3,
      memberDelay: 25,
      fencing: 60,
    });
    assert.equal(getBound(), 267);
  });

  it('is no lower than what was seen: 103 s with the seed’s remotes, 11.1 s with tuned ones', () => {
    const others = 'property cib-bootstrap-options: stonith-enabled=true';
    const device = `${MAAS} op monitor interval=25`;
    assert.ok(getBound({device, others}) >= 103);
    const remote = 'op monitor interval=5s timeout=5s op start interval=0 timeout=5s';
    const tuned = getBound({remote, device, others});
    assert.ok(tuned >= 11.1 && tuned < getBound({device, others}));
  });

  it('grows with every wait, by at least as much', () => {
    const terms = fc.record({
      monitorInterval: fc.nat(3600),
      monitorTimeout: fc.nat(600),
      underWay: fc.nat(600),
      startTimeout: fc.nat(600),
      members: fc.integer({min: 1, max: 16}),
      memberDelay: fc.nat(600),
      fencing: fc.nat(600),
    });
    const names = fc.constantFrom<(keyof FencingTerms)[]>(
      'monitorInterval',
      'monitorTimeout',
      'underWay',
      'startTimeout',
      'members',
      'memberDelay',
      'fencing',
    );
    fc.assert(
      fc.property(terms, names, fc.integer({min: 1, max: 600}), (given, name, more) => {
        const [before, after] = [addTerms(given), addTerms({...given, [name]: given[name] + more})];
        assert.ok(after >= before + (name === 'members' ? more * given.startTimeout : more));
        assert.ok(Number.isInteger(after));
      }),
    );
  });

  it('follows what the cluster’s configuration says, and no time-out said is Pacemaker’s own', () => {
    const wait = fc.integer({min: 1, max: 300});
    const settings = fc.record({interval: wait, timeout: wait, start: wait, delay: wait, stonith: wait});
    const make = ({interval, timeout, start, delay, stonith}: Record<string, number>): Partial<Setting> => ({
      remote: `op monitor interval=${interval}s timeout=${timeout}s op start interval=0 timeout=${start}s`,
      device: `${MAAS} pcmk_delay_base=${delay}s ${DEVICE_MONITOR}`,
      others: `property cib-bootstrap-options: stonith-enabled=true stonith-timeout=${stonith}s`,
    });
    fc.assert(
      fc.property(
        settings,
        fc.constantFrom('interval', 'timeout', 'start', 'delay', 'stonith'),
        wait,
        (given, name, more) => {
          const bound = getBound(make(given));
          const {interval, timeout, start, delay, stonith} = given;
          assert.ok(bound >= interval + timeout + 3 * start + delay + stonith);
          assert.ok(
            getBound(make({...given, [name]: (given as Record<string, number>)[name]! + more})) >= bound + more,
          );
        },
      ),
      {numRuns: 50},
    );
    const defaults = getCib({...seed, others: `${seed.others}\nop_defaults op-options: timeout=2m`});
    const {monitorTimeout, startTimeout} = getFencingTerms(defaults, 3) ?? {};
    assert.deepEqual([monitorTimeout, startTimeout], [120, 120]);
  });

  it('counts every member there is, and those that are to come', () => {
    assert.equal(getBound({members: 5}) - getBound(), 40);
    assert.equal(getBound({members: 2}), getBound());
    assert.equal(getBound({}, 4) - getBound(), 20);
  });

  it('counts all devices of a remote, their own time-outs, and delays by node', () => {
    const other = 'primitive ipmi stonith:external/ipmi params pcmk_host_list="tidy-goose" pcmk_reboot_timeout=90';
    assert.equal(getBound({others: `${seed.others}\n${other}`}) - getBound(), 108);
    const delays = `${MAAS} pcmk_delay_base="tidy-goose:5s;model-crow:1m" ${DEVICE_MONITOR}`;
    assert.equal(getFencingTerms(getCib({...seed, device: delays}), 3)?.fencing, 120);
  });

  it('is there for a device that does not say whom it may fence', () => {
    assert.equal(getBound({device: `params url="http://10.0.0.205/MAAS" ${DEVICE_MONITOR}`}), getBound());
  });

  it('is none where no remote is fenced: fencing is off, or no device is for it', () => {
    const off = {...seed, others: 'property cib-bootstrap-options: stonith-enabled=false'};
    const stranger = {...seed, device: `params hostnames="model-crow" ${DEVICE_MONITOR}`};
    assert.deepEqual(
      [getFencingBound(getCib(off), 3), getFencingBound(getCib(stranger), 3), getFencingBound(parseCrm(''), 3)],
      [null, null, null],
    );
  });
});
