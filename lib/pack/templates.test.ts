import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {runInThisContext} from 'node:vm';
import fc from 'fast-check';
import Handlebars from 'handlebars';

import {PackError} from './errors.ts';
import {renderHandlebarsModule} from './templates.ts';

interface Module {
  readonly compile: (text: string, options: object) => (values: unknown) => string;
}

const options = {noEscape: true, strict: true};
const text = 'port = {{port}}\n{{#each hosts}}\nhost = {{this}} of {{../port}}\n{{/each}}\n';

/** Loads the module, and notes which packages it asks for. */
function load(templates: readonly string[]): {module: Module; asked: string[]} {
  const files = templates.map((template, index) => ({
    path: `${index}.hbs`,
    content: Buffer.from(template),
    isExecutable: false,
  }));
  const code = `(require, module) => {${renderHandlebarsModule(files)}}`;
  const start = runInThisContext(code) as (require: (name: string) => unknown, module: {exports: Module}) => void;
  const asked: string[] = [];
  const require: (name: string) => unknown = createRequire(import.meta.url);
  const module = {exports: {} as Module};
  start((name) => {
    asked.push(name);
    return require(name);
  }, module);
  return {module: module.exports, asked};
}

describe('Templates in a packed charm', () => {
  it('need neither the compiler nor, before one is rendered, anything of Handlebars', () => {
    const {module, asked} = load([text]);
    assert.deepEqual(asked, []);
    assert.equal(module.compile(text, options)({port: 80, hosts: ['<a>']}), 'port = 80\nhost = <a> of 80\n');
    assert.deepEqual(asked, ['handlebars/runtime']);
  });

  it('are compiled as ever when their text was edited or other options are asked for', () => {
    const {module, asked} = load([text]);
    assert.equal(module.compile('listen {{port}}', options)({port: 80}), 'listen 80');
    assert.equal(module.compile(text, {})({port: '<', hosts: []}), 'port = &lt;\n');
    assert.deepEqual(asked, ['handlebars', 'handlebars']);
  });

  it('render what Handlebars itself renders, and miss what it misses', () => {
    const {module} = load([text]);
    const plain = Handlebars.compile(text, options);
    fc.assert(
      fc.property(fc.record({port: fc.string(), hosts: fc.array(fc.string())}, {noNullPrototype: true}), (values) => {
        assert.equal(module.compile(text, options)(values), plain(values));
      }),
    );
    assert.throws(() => module.compile(text, options)({hosts: []}), /"port" not defined/);
  });

  it('are refused at packing when they are not well formed', () => {
    assert.throws(
      () => renderHandlebarsModule([{path: 'a.hbs', content: Buffer.from('{{#if'), isExecutable: false}]),
      PackError,
    );
  });
});
