import assert from 'node:assert/strict';

import {Narrator, renderPhases} from './narrator.ts';

describe('the narrator', () => {
  it('shows a sentence, the command as it is typed, and what it printed', () => {
    const lines: string[] = [];
    const narrator = new Narrator((line) => lines.push(line));
    narrator.begin('host', 'a compute dies');
    narrator.say('Where is the guest?');
    narrator.type('$', 'openstack server show pet');
    narrator.print('tidy-goose\n');
    narrator.print('\n');
    narrator.progress('waiting');
    narrator.phase('it is off', 1.26);
    narrator.phase('it is elsewhere', 3, 4.31);
    assert.deepEqual(lines, [
      '',
      '== host: a compute dies',
      '',
      'Where is the guest?',
      '    $ openstack server show pet',
      '    tidy-goose',
      '  ... waiting',
      '  [1.3 s] it is off',
      '  [3.0 s, 4.3 s after the failure] it is elsewhere',
    ]);
    assert.deepEqual(narrator.phases, [
      {story: 'host', name: 'it is off', seconds: 1.26, sinceFailure: null},
      {story: 'host', name: 'it is elsewhere', seconds: 3, sinceFailure: 4.31},
    ]);
  });

  it('ends with a table of phases, summed up for each story', () => {
    const phases = [
      {story: 'host', name: 'it is off', seconds: 1.2, sinceFailure: 1.2},
      {story: 'host', name: 'it is back', seconds: 40, sinceFailure: null},
      {story: 'instance', name: 'it runs', seconds: 4.4, sinceFailure: null},
    ];
    assert.equal(
      renderPhases(phases),
      [
        'Story     Phase       Seconds  After the failure',
        'host      it is off       1.2                1.2',
        '          it is back     40.0',
        '          together       41.2',
        'instance  it runs         4.4',
        '          together        4.4',
        '',
      ].join('\n'),
    );
  });
});
