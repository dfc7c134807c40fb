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
    assert.deepEqual(lines, [
      '',
      '== host: a compute dies',
      '',
      'Where is the guest?',
      '    $ openstack server show pet',
      '    tidy-goose',
      '  ... waiting',
      '  [1.3 s] it is off',
    ]);
    assert.deepEqual(narrator.phases, [{story: 'host', name: 'it is off', seconds: 1.26}]);
  });

  it('ends with a table of phases, summed up for each story', () => {
    const phases = [
      {story: 'host', name: 'it is off', seconds: 1.2},
      {story: 'host', name: 'it is back', seconds: 40},
      {story: 'instance', name: 'it runs', seconds: 4.4},
    ];
    assert.equal(
      renderPhases(phases),
      [
        'Story     Phase       Seconds',
        'host      it is off       1.2',
        '          it is back     40.0',
        '          together       41.2',
        'instance  it runs         4.4',
        '          together        4.4',
        '',
      ].join('\n'),
    );
  });
});
