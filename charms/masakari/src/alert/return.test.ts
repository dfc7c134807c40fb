import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {ComputeService, SegmentHost} from './cloud.ts';
import {decideStep, NOTHING_SEEN, remember, type NextStep, type ReturnFacts, type ReturnMemory} from './return.ts';

const service: ComputeService = {
  id: '1',
  host: 'c1',
  isUp: true,
  isEnabled: true,
  disabledReason: '',
  isForcedDown: false,
  updatedAt: 1000,
};
const host: SegmentHost = {uuid: 'u', name: 'c1', segment: 's', isOnMaintenance: false, isReserved: false};
const back: ReturnFacts = {service, host, isRecovering: false, hasFence: false, isConnected: true};
/** As Masakari leaves it after the alert. */
const fenced: ReturnFacts = {
  ...back,
  service: {...service, isUp: false, isEnabled: false, isForcedDown: true},
  host: {...host, isOnMaintenance: true},
  isConnected: false,
};
const seen: ReturnMemory = {firstUpdate: 0, hasReported: true, isMarked: false};

function tell(facts: Partial<ReturnFacts>, memory: ReturnMemory = seen): string {
  const step = decideStep('c1', {...back, ...facts}, memory);
  return step.kind === 'refuse' || step.kind === 'wait' ? `${step.kind}: ${step.reason}` : getName(step);
}

const getName = (step: NextStep): string => (step.kind === 'change' ? step.change : step.kind);

describe('a host on its way back', () => {
  it('is done when it is up, enabled, connected and not on maintenance, whatever segment it is in or none', () => {
    assert.equal(tell({}), 'done');
    assert.equal(tell({host: null}), 'done');
  });

  it('is refused where that would do harm, with what to do', () => {
    assert.match(tell({service: null}), /^refuse: Nova knows no nova-compute on c1: .*service list/);
    assert.match(tell({...fenced, hasFence: true}), /^refuse: a fence of c1 is not delivered.*journalctl/);
    assert.match(tell({...fenced, isRecovering: true}), /^refuse: Masakari still works.*run return-host again/);
    const disabled = {...service, isEnabled: false, disabledReason: 'new\nfan\u001b[31m'};
    assert.match(tell({service: disabled}), /^refuse: c1 was disabled for another reason.*\(new fan \[31m\)/);
  });

  it('is not refused for what Masakari says when it disables it', () => {
    const disabled = {...service, isEnabled: false, disabledReason: 'Masakari detected host failed.'};
    assert.equal(tell({service: disabled}), 'enable');
  });

  it('is waited for until its nova-compute has reported, and until the cluster is connected to it', () => {
    assert.match(tell(fenced, {...seen, hasReported: false}), /^wait: its nova-compute does not report/);
    assert.match(tell({...fenced}), /^wait: the cluster of this unit is not connected/);
    assert.match(tell({service: {...service, isUp: false}}), /^wait: its nova-compute is not up yet/);
  });

  it('has reported once its record in Nova changes, or it is up', () => {
    const first = remember(NOTHING_SEEN, fenced);
    assert.deepEqual(first, {firstUpdate: 1000, hasReported: false, isMarked: false});
    assert.equal(remember(first, fenced).hasReported, false);
    const {service: down} = fenced;
    assert.ok(down !== null);
    assert.equal(remember(first, {...fenced, service: {...down, updatedAt: 2000}}).hasReported, true);
    assert.equal(remember(NOTHING_SEEN, back).hasReported, true);
  });

  it('is disabled and enabled once it is up, if it was enabled before that', () => {
    assert.equal(remember(NOTHING_SEEN, {...fenced, service: {...service, isForcedDown: true}}).isMarked, true);
    assert.equal(remember(NOTHING_SEEN, back).isMarked, false);
    assert.equal(tell({}, {...seen, isMarked: true}), 'disable');
  });

  it('stays disabled while it is reserved', () => {
    const reserved = {...host, isReserved: true, isOnMaintenance: true};
    assert.equal(tell({service: {...service, isEnabled: false}, host: reserved}), 'end maintenance');
    assert.equal(tell({host: reserved}, {...seen, isMarked: true}), 'end maintenance');
  });

  it('comes back from any state by changes in the one order that works', () => {
    const facts = fc.record({
      isUp: fc.boolean(),
      isEnabled: fc.boolean(),
      isForcedDown: fc.boolean(),
      isOnMaintenance: fc.boolean(),
      isReserved: fc.boolean(),
    });
    const order = ['force up', 'disable', 'enable', 'end maintenance', 'done'];
    fc.assert(
      fc.property(facts, ({isUp, isEnabled, isForcedDown, ...given}) => {
        let now: ReturnFacts = {
          ...back,
          service: {...service, isEnabled, isForcedDown, isUp: isUp && !isForcedDown},
          host: {...host, ...given},
        };
        let memory: ReturnMemory = {...remember(NOTHING_SEEN, now), hasReported: true};
        const names: string[] = [];
        for (let step = decideStep('c1', now, memory); names.at(-1) !== 'done'; step = decideStep('c1', now, memory)) {
          if (step.kind === 'wait') {
            now = change(now, {isUp: true});
            continue;
          }
          names.push(getName(step));
          now = obey(now, getName(step));
          memory = {...memory, isMarked: memory.isMarked && names.at(-1) !== 'enable'};
        }
        assert.deepEqual(
          names,
          order.filter((name) => names.includes(name)),
        );
      }),
    );
  });
});

const change = (facts: ReturnFacts, changes: Partial<ComputeService>): ReturnFacts => ({
  ...facts,
  service: {...service, ...facts.service, ...changes},
});

function obey(facts: ReturnFacts, name: string): ReturnFacts {
  switch (name) {
    case 'force up':
      return change(facts, {isForcedDown: false});
    case 'end maintenance':
      return {...facts, host: {...host, ...facts.host, isOnMaintenance: false}};
    default:
      return name === 'done' ? facts : change(facts, {isEnabled: name === 'enable'});
  }
}
