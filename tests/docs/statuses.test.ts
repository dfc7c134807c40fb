import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';

import {getSection, readPages} from './guide.ts';

const root = new URL('../../', import.meta.url);

const STATUS = /(?:blocked|waiting|maintenance|active)\(\s*(?<quote>['"`])(?<text>.*?)\k<quote>/g;

/** The first two words of each status that is written out: what comes after may be different each time. */
function getStatusWords(source: string): readonly string[] {
  return [...source.matchAll(STATUS)]
    .map(({groups}) => (groups?.['text'] ?? '').split('${')[0] ?? '')
    .map((text) =>
      text
        .split(' ')
        .slice(0, 2)
        .join(' ')
        .replace(/:?\s*$/, ''),
    )
    .filter((words) => words !== '' && words !== "'");
}

function readSources(path: string): string {
  const folder = new URL(path, root);
  const files = readdirSync(folder, {encoding: 'utf8', recursive: true}).filter(
    (file) => file.endsWith('.ts') && !/\.(?:test|fixture)\.ts$/.test(file),
  );
  return files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');
}

/** The messages of a section's table, as they are quoted there; a row may have several. */
function getMessages(section: string): readonly string[] {
  const rows = [
    ...section.matchAll(/^\| (?:blocked|waiting|maintenance|active) \|(?<message>[^|]*)\|(?<todo>[^|]*)\|$/gm),
  ];
  return rows.flatMap(({groups}) =>
    [...(groups?.['message'] ?? '').matchAll(/`(?<text>[^`]+)`/g)].map((found) => found.groups?.['text'] ?? ''),
  );
}

/** A text in which what differs each time is the same: quoted names, units, and what the code puts in. */
function normalise(text: string): string {
  return text
    .replaceAll(/\$\{[^}]*\}/g, '…')
    .replaceAll(/'[a-z-]+'/g, "'…'")
    .replaceAll(/unit [\w-]+\/\d+/g, 'unit …')
    .replaceAll(/[;:,()]/g, '');
}

/** Every charm says of any option that it must be something. */
const OPTION = /^option \S+ must …$/;

/** Whether two words in a row of a message stand in the code; or its only one, quoted. */
function isSaidBy(source: string, message: string): boolean {
  const words = normalise(message)
    .replaceAll(/(?<=\p{L})…/gu, '')
    .split(' ');
  const code = normalise(source);
  if (words.length === 1) return source.includes(`'${message}'`);
  return words.some((word, start) => start > 0 && code.includes(`${words[start - 1] ?? ''} ${word}`));
}

describe('docs/statuses.md', () => {
  const page = readPages().find(({name}) => name === 'statuses.md') ?? {name: '', text: ''};
  const shared = `${readSources('lib/openstack/')}\n${readSources('lib/charm/')}`;

  for (const charm of ['masakari', 'masakari-monitors', 'pacemaker-remote', 'hacluster']) {
    const section = getSection(page, charm);
    const source = readSources(`charms/${charm}/src/`);

    it(`has every status of ${charm}`, () => {
      const words = getStatusWords(source);
      assert.ok(words.length > 0);
      assert.deepEqual(
        words.filter((start) => !section.includes(`\`${start}`)),
        [],
      );
    });

    it(`has no status that ${charm} does not say, and none twice`, () => {
      const messages = getMessages(section);
      const code = `${source}\n${shared}`;
      assert.ok(messages.length > 0);
      assert.deepEqual(
        messages.filter((message) => !OPTION.test(message) && !isSaidBy(code, message)),
        [],
      );
      assert.deepEqual(messages, [...new Set(messages)]);
    });

    it(`says for every status of ${charm} that asks for something what to do`, () => {
      assert.deepEqual(section.match(/^\| (?:blocked|waiting|maintenance) \|[^|]*\|\s*\|$/gm), null);
    });

    it(`is where the README of ${charm} leads to`, () => {
      const readme = readFileSync(new URL(`charms/${charm}/README.md`, root), 'utf8');
      assert.match(readme, new RegExp(`\\(\\.\\./\\.\\./docs/statuses\\.md#${charm}\\)`));
    });
  }
});
