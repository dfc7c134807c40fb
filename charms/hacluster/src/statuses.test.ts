import assert from 'node:assert/strict';

import type {NodeState} from '#cluster';

import {checkLost} from './statuses.ts';

const remote: NodeState = {
  name: 'tidy-goose',
  id: 'tidy-goose',
  type: 'remote',
  online: false,
  standby: false,
  maintenance: false,
  pending: false,
  unclean: true,
  shutdown: false,
};

describe('a remote node that is lost', () => {
  it('is named while it was not seen off, so that nobody waits for its guests without a word', () => {
    const message = 'tidy-goose is lost and not fenced yet: its guests are started nowhere; see crm status';
    assert.deepEqual(checkLost([remote]), [{status: 'waiting', message}]);
  });

  it('is no concern once it was, and a member that is lost is that of other messages', () => {
    assert.deepEqual(
      checkLost([
        {...remote, unclean: false},
        {...remote, type: 'member'},
      ]),
      [],
    );
  });
});
