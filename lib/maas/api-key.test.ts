import assert from 'node:assert/strict';

import fc from 'fast-check';

import {getAuthorization, isApiKey, MaasError, parseApiKey} from './index.ts';

const PART = fc.string({
  unit: fc.constantFrom(...Array.from('abcXYZ019!"#$%&\'()*+,-./;<=>?@[]^_`{|}~')),
  minLength: 1,
});

describe('a MAAS API key', () => {
  it('is its three parts, whatever is in them, and white space round it', () => {
    fc.assert(
      fc.property(PART, PART, PART, fc.constantFrom('', '\n', ' '), (consumer, token, secret, space) => {
        const text = `${space}${consumer}:${token}:${secret}${space}`;
        assert.ok(isApiKey(text));
        assert.deepEqual(parseApiKey(text), {consumer, token, secret});
      }),
    );
  });

  it('is nothing else, and an error about it does not repeat it', () => {
    const wrong = fc.string().filter((text) => !isApiKey(text));
    fc.assert(
      fc.property(wrong, (text) => {
        assert.throws(
          () => parseApiKey(text),
          (error) =>
            error instanceof MaasError && error.message === 'the MAAS API key is not three parts joined by colons',
        );
      }),
    );
    for (const text of ['', 'one', 'a:b', 'a:b:c:d', 'a::c', ':b:c', 'a:b:c d', 'a:b:\0']) {
      assert.ok(!isApiKey(text), text);
    }
  });
});

describe('the Authorization header', () => {
  it('is that of OAuth 1.0 with PLAINTEXT', () => {
    const key = {consumer: 'ck', token: 'tk', secret: 's e&c'};
    assert.equal(
      getAuthorization(key, {nonce: 'n1', timestamp: 1500000000}),
      'OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="ck", oauth_token="tk", ' +
        'oauth_signature="%26s%2520e%2526c", oauth_nonce="n1", oauth_timestamp="1500000000"',
    );
  });

  it('holds values that no key can break out of', () => {
    fc.assert(
      fc.property(PART, PART, PART, PART, (consumer, token, secret, nonce) => {
        const header = getAuthorization({consumer, token, secret}, {nonce, timestamp: 1});
        assert.match(header, /^OAuth (?:oauth_[a-z_]+="[A-Za-z0-9._~%-]*"(?:, |$)){7}$/);
      }),
    );
  });
});
