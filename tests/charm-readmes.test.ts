import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';

import {readCharmMeta} from '#charm/testing';

const charms = new URL('../charms/', import.meta.url);
const names = ['hacluster', 'masakari', 'masakari-monitors', 'pacemaker-remote'];

/** The table of options: for each option named in a row's first cell, what the second says is its default. */
function getOptionRows(readme: string): readonly (readonly [option: string, said: string])[] {
  const table = /^\| option \|.*\n\|[-|]+\|\n(?<rows>(?:\|.*\n)+)/m.exec(readme)?.groups?.['rows'] ?? '';
  return table
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [, first = '', second = ''] = row.split('|');
      return [...first.matchAll(/`(?<name>[^`]+)`/g)].map(
        ({groups}) => [groups?.['name'] ?? '', second.replaceAll('`', '').trim()] as const,
      );
    });
}

describe('the README of each charm', () => {
  for (const name of names) {
    const meta = readCharmMeta(new URL(`${name}/charmcraft.yaml`, charms));
    const readme = readFileSync(new URL(`${name}/README.md`, charms), 'utf8');

    it(`has for every option of ${name} a row with its default`, () => {
      const wanted = Object.entries(meta.config).map(([option, {default: value = ''}]) => [option, String(value)]);
      assert.deepEqual(
        getOptionRows(readme).toSorted((a, b) => (a[0] < b[0] ? -1 : 1)),
        wanted.toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1)),
      );
    });

    it(`names every action of ${name}, and every endpoint that others can be related to`, () => {
      const endpoints = Object.entries(meta.endpoints).flatMap(([word, {role}]) => (role === 'peer' ? [] : [word]));
      for (const word of [...meta.actions, ...endpoints]) {
        assert.match(readme, new RegExp(`[\`:]${word}\\b`), `says nothing of ${word}`);
      }
    });
  }
});
