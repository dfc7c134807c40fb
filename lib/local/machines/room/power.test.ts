import assert from 'node:assert/strict';

import {parseConsole} from './power.ts';

describe('the console of a machine', () => {
  it('is shown without colours and empty lines', () => {
    const text =
      '\u001b]0;title\u0007[\u001b[0;32m  OK  \u001b[0m] Started \u001b[0;1;39mx\u001b[0m.\r\n\r\n\u001b[2Jlogin: ';
    assert.deepEqual(parseConsole(text), ['[  OK  ] Started x.', 'login:']);
  });

  it('is shown from its end', () => {
    const lines = Array.from({length: 50}, (_, index) => `line ${String(index)}`);
    assert.deepEqual(parseConsole(lines.join('\n')), lines.slice(30));
  });
});
