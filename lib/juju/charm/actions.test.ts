import assert from 'node:assert/strict';
import {getActionParams, parseActionArguments} from './action-params.ts';
import {parseActions} from './actions.ts';

const actions = parseActions(
  `
pause:
  description: Pause
  params:
    force: {type: boolean, default: false}
    level: {type: integer, minimum: 1, maximum: 9}
    mode: {type: string, enum: [hard, soft]}
    tags: {type: array, items: {type: string}}
    nested: {type: object, properties: {deep: {type: string, default: yes-please}}}
  required: [mode]
  additionalProperties: false
open: {}
`,
  'x',
);

describe('actions.yaml', () => {
  it('becomes JSON schemas', () => {
    assert.deepEqual(actions['open'], {
      name: 'open',
      description: 'No description',
      schema: {type: 'object', title: 'open', description: 'No description', properties: {}},
      parallel: false,
      executionGroup: '',
    });
  });

  const bad: readonly (readonly [string, string])[] = [
    ['Bad: {}', 'bad action name Bad'],
    ['juju: {}', 'cannot use action name juju: "juju" is a reserved name'],
    ['juju-x: {}', 'cannot use action name juju-x: the "juju-" prefix is reserved'],
    ['a: {description: 5}', 'value for schema key "description" must be a string'],
    ['a: {parallel: maybe}', 'value for schema key "parallel" must be a bool'],
    ['a: {required: x}', 'value for schema key "required" must be a YAML list'],
    ['a: {params: []}', 'params failed to parse as a map'],
    ['a: {params: {x: {$ref: y}}}', 'schema key "$ref" not compatible with this version of juju'],
    [
      'a: {params: {x: {type: text}}}',
      'invalid params schema for action schema a: (root).x : "text" is not a valid type',
    ],
  ];
  for (const [text, message] of bad) {
    it(`is refused: ${text}`, () => {
      assert.throws(() => parseActions(text, 'x'), {name: 'CharmError', message});
    });
  }
});

describe('action parameters', () => {
  const pause = actions['pause'];
  assert.ok(pause);

  it('get defaults, also nested ones', () => {
    assert.deepEqual(getActionParams(pause, {mode: 'soft'}), {
      mode: 'soft',
      force: false,
      nested: {deep: 'yes-please'},
    });
  });

  it('are refused with everything that is wrong', () => {
    assert.throws(() => getActionParams(pause, {level: 'x', force: 5}), {
      name: 'ActionParamsError',
      message:
        'validation failed: (root) : "mode" property is missing and required, given {"force":5,"level":"x"}; ' +
        '(root).force : must be of type boolean, given 5; (root).level : must be of type integer, given "x"',
    });
    const one = (params: Parameters<typeof getActionParams>[1]): string => {
      try {
        getActionParams(pause, {mode: 'soft', ...params});
        return '';
      } catch (error) {
        return error instanceof Error ? error.message.replace('validation failed: ', '') : '';
      }
    };
    assert.match(one({level: 0}), /^\(root\)\.level : must be greater than or equal to 1, given 0$/u);
    assert.match(one({level: 10}), /^\(root\)\.level : must be lower than or equal to 9, given 10$/u);
    assert.match(
      one({mode: 'x'}),
      /^\(root\)\.mode : must match one of the enum values \["hard", "soft"\], given "x"$/u,
    );
    assert.match(one({tags: ['a', 1]}), /^\(root\)\.tags\.1 : must be of type string, given 1$/u);
    assert.match(one({other: 1}), /additional property "other" is not allowed/u);
  });

  it('are accepted when unknown, unless the schema forbids it', () => {
    const open = actions['open'];
    assert.ok(open);
    assert.deepEqual(getActionParams(open, {anything: [1]}), {anything: [1]});
  });

  it('are YAML on the command line, and dots nest', () => {
    assert.deepEqual(parseActionArguments(['a.b=1', 'a.c=yes', 'd=x=y']), {a: {b: 1, c: true}, d: 'x=y'});
    assert.deepEqual(parseActionArguments(['a=1'], true), {a: '1'});
    assert.throws(() => parseActionArguments(['nope']), {
      message: 'argument "nope" must be of the form key.key.key...=value',
    });
  });
});
