import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

import fc from 'fast-check';

import {loadTemplate, parseTemplate, TemplateError} from './template.ts';

const fails = (message: string, render: () => unknown): void => {
  assert.throws(render, (error) => error instanceof TemplateError && error.message === message);
};

describe('templates', () => {
  it('put values in as they are', () => {
    assert.equal(parseTemplate('key = {{key}}')({key: `<&"'>{{x}}`}), `key = <&"'>{{x}}`);
  });

  it('name a value that is missing or undefined, at any depth', () => {
    fails('template text: no value for "key"', () => parseTemplate('{{key}}')({}));
    fails('template text: no value for "key"', () => parseTemplate('{{key}}')({key: undefined}));
    fails('template text: no value for "port"', () => parseTemplate('{{db.port}}')({db: {port: undefined}}));
    const list = parseTemplate('{{#each units}}{{this.host}}{{/each}}');
    fails('template text: no value for "host"', () => list({units: [{name: 'a'}]}));
  });

  it('take what is missing as false where it is asked for', () => {
    const render = parseTemplate('{{#if tls}}on{{else}}off{{/if}}{{#each units}}{{this}}{{/each}}');
    assert.equal(render({}), 'off');
    assert.equal(render({tls: undefined, units: ['a', 'b']}), 'offab');
  });

  it('never repeat a value in an error', () => {
    const templates = [
      '{{a.b}}',
      '{{a.b.c}}',
      '{{#each a}}{{b}}{{/each}}',
      '{{#with a}}{{b.c}}{{/with}}',
      '{{lookup a b}}',
    ];
    const value = fc.constantFrom('SECRET', ['SECRET'], {x: 'SECRET'}, [{x: 'SECRET'}], {b: 'SECRET'});
    fc.assert(
      fc.property(fc.constantFrom(...templates), value, (template, a) => {
        try {
          parseTemplate(template)({a});
        } catch (error) {
          assert.ok(error instanceof TemplateError);
          assert.ok(!error.message.includes('SECRET'), error.message);
        }
      }),
    );
  });

  it('say where a template is wrong', () => {
    fails('template text: Parse error on line 2', () => parseTemplate('fine\n{{#if x}}')({}));
    fails('template text: The partial other could not be found', () => parseTemplate('{{> other}}')({}));
  });

  it('come from a file, which an error names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'template-'));
    try {
      await writeFile(join(folder, 'web.conf.hbs'), 'port = {{port}}\n');
      const render = loadTemplate(pathToFileURL(join(folder, 'web.conf.hbs')));
      assert.equal(render({port: 80}), 'port = 80\n');
      fails('template web.conf.hbs: no value for "port"', () => render({}));
    } finally {
      await rm(folder, {recursive: true});
    }
  });
});
