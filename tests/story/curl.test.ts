import assert from 'node:assert/strict';

import fc from 'fast-check';

import {createProcesses} from '#charm';

import {createCurl, parseCurlOutput, renderCurlConfig} from './curl.ts';

describe('a question by curl', () => {
  it('is options on its standard input, in which nothing ends a value early', () => {
    const text = renderCurlConfig({
      method: 'POST',
      url: 'http://10.0.0.10:5000/v3',
      headers: {'X-Auth-Token': 'secret'},
      body: '{"a":"b\\n"}',
    });
    assert.deepEqual(text.split('\n'), [
      'silent',
      'show-error',
      'include',
      'url = "http://10.0.0.10:5000/v3"',
      'request = "POST"',
      'header = "X-Auth-Token: secret"',
      'max-time = "20"',
      'data-raw = "{\\"a\\":\\"b\\\\n\\"}"',
      '',
    ]);
  });

  it('is one line for each option, whatever the values hold', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (token, body) => {
        const lines = renderCurlConfig({method: 'PUT', url: 'http://x', headers: {T: token}, body}).split('\n');
        assert.equal(lines.filter((line) => line !== '').length, 8);
      }),
    );
  });

  it('has the last answer with its headers and body, or none', () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\n';
    const created = 'HTTP/1.1 201 CREATED\r\nX-Subject-Token: abc \r\nContent-Length: 9\r\n\r\n{\r\n\r\n"a"}';
    for (const text of [created, interim + created]) {
      assert.deepEqual(parseCurlOutput(text), {
        status: 201,
        headers: {'x-subject-token': 'abc', 'content-length': '9'},
        body: '{\r\n\r\n"a"}',
      });
    }
    assert.deepEqual(parseCurlOutput('HTTP/1.0 204 No Content\n\n'), {status: 204, headers: {}, body: ''});
    for (const text of ['', 'curl: (7) refused', interim]) assert.equal(parseCurlOutput(text), null);
  });

  it('has no answer where the machine or the service is gone', async () => {
    const ask = createCurl({run: () => Promise.resolve({exitCode: 7, stdout: '', stderr: 'refused'})}, '0');
    assert.equal(await ask({method: 'GET', url: 'http://x', headers: {}}), null);
  });

  it('is understood by curl itself, where it is installed', async function () {
    const {run} = createProcesses();
    if ((await run('curl', ['--version'])).exitCode !== 0) this.skip();
    const stdin = renderCurlConfig({method: 'GET', url: 'file:///etc/hostname', headers: {A: '"\\'}});
    const {exitCode, stderr} = await run('curl', ['--config', '-'], {stdin});
    assert.equal(exitCode, 0, stderr);
  });
});
