import assert from 'node:assert/strict';

import {describeFailure} from './failures.ts';

describe('why a layer could not be built', () => {
  const describeIn = (output: string): string => describeFailure('a layer with x', output).message;

  it('is the archives when apt has no lists', () => {
    const output =
      'I: automatically chosen format: directory\nE: apt-get update --error-on=any -oAPT::Status-Fd=<$fd> failed\n' +
      'E: mmdebstrap failed to run\n';
    assert.equal(
      describeIn(output),
      'cannot build a layer with x: the package archives of this host do not answer as they should (apt-get update); ' +
        '`apt-get update` on this host shows why',
    );
  });

  it('is the full disk whatever else is said', () => {
    assert.match(describeIn('E: Failed to fetch x\nwrite error: No space left on device\n'), /the disk .* is full$/);
  });

  it('is what its programs printed, or that they printed nothing', () => {
    assert.equal(describeIn('hello\nmount: wrong fs type\n'), 'cannot build a layer with x: mount: wrong fs type');
    assert.match(describeIn(''), /printed no reason$/);
  });
});
