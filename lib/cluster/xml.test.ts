import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type {XmlElement} from './cib.ts';
import {ClusterSyntaxError} from './errors.ts';
import {isXmlText, parseXml, renderXml} from './xml.ts';

const name = fc.stringMatching(/^[a-zA-Z_][\w.-]{0,8}$/).filter((text) => text !== '__proto__');
const text = fc.string({unit: 'binary', maxLength: 12}).filter(isXmlText);
/** Text between tags: a carriage return would be read as a new line elsewhere, blanks alone are dropped. */
const content = text.filter((one) => one.trim() !== '');

const plain = {noNullPrototype: true};
const attributes = fc.dictionary(name, text, plain);

const {element} = fc.letrec<{element: XmlElement}>((tie) => ({
  element: fc.oneof(
    {maxDepth: 3},
    fc.record({name, attributes, children: fc.constant([]), text: content}, plain),
    fc.record({name, attributes, children: fc.array(tie('element'), {maxLength: 4})}, plain),
  ),
}));

function getError(xml: string): ClusterSyntaxError {
  try {
    parseXml(xml, 'CIB');
  } catch (error) {
    assert.ok(error instanceof ClusterSyntaxError);
    return error;
  }
  return assert.fail(`was accepted: ${xml}`);
}

describe('XML', () => {
  it('reads what it wrote, whatever the values hold', () => {
    fc.assert(
      fc.property(element, (root) => {
        assert.deepEqual(parseXml(renderXml(root), 'CIB'), root);
      }),
    );
  });

  it('reads what other programs may write: declarations of XML, comments, both quotes, blanks, entities, CDATA', () => {
    const xml = [
      '<?xml version="1.0"?>',
      '<!-- first -->',
      `<a  one = "'&lt;&#x41;&#10;"`,
      "\ttwo='\"' >",
      '<b>x &amp; <![CDATA[<y>]]></b><!-- a & b --><c />',
      '</a >\n',
    ].join('\n');

    assert.deepEqual(parseXml(xml, 'CIB'), {
      name: 'a',
      attributes: {one: "'<A\n", two: '"'},
      children: [
        {name: 'b', attributes: {}, children: [], text: 'x & <y>'},
        {name: '#comment', attributes: {}, children: [], text: ' a & b '},
        {name: 'c', attributes: {}, children: []},
      ],
    });
  });

  it('refuses what is not well-formed, a document type, and names that reach into an object, and says where', () => {
    const hostile = ['', '<a', '<a>', '<a><b></a></b>', '</a>', '<a/><b/>', 'x<a/>', '<a/>x', '<a b=c/>', '<a b="<"/>'];
    const more = [
      '<a b="1"c="2"/>',
      '<a b="1" b="2"/>',
      '<a __proto__="1"/>',
      '<!DOCTYPE a><a/>',
      '<!-- <a/>',
      '< a/>',
    ];
    for (const xml of [...hostile, ...more]) assert.equal(getError(xml).source, 'CIB');

    const {line, column} = getError('<a>\n  <b></c>\n</a>');
    assert.deepEqual([line, column], [2, 6]);
  });

  it('never quotes the text in an error, and ends with a value or that error for any text', () => {
    fc.assert(
      fc.property(
        fc.string({unit: fc.constantFrom('<', '>', '/', 'a', '"', '=', ' ', '!', '-', '?', '&', ';')}),
        (xml) => {
          try {
            assert.ok(Object.isFrozen(parseXml(xml, 'CIB')));
          } catch (error) {
            assert.ok(error instanceof ClusterSyntaxError);
          }
        },
      ),
      {numRuns: 2000},
    );
    assert.doesNotMatch(getError('<a password="s3cret" <').message, /s3cret|password/);
  });
});
