import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';

import {getProse, readPages} from './guide.ts';

const root = new URL('../../', import.meta.url);

interface Document {
  /** Its path in the project. */
  readonly path: string;
  readonly prose: string;
}

/** GitHub's own: lower case, without marks of punctuation, blanks as hyphens. */
function getAnchors(markdown: string): readonly string[] {
  const text = markdown.replaceAll(/^```.*?^```$/gms, '');
  return [...text.matchAll(/^#+ (?<heading>.+)$/gm)].map(({groups}) =>
    (groups?.['heading'] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links that lead nowhere. */
function findBroken({path, prose}: Document): readonly string[] {
  const links = [...prose.matchAll(/\]\((?<target>[^)\s]+)\)/g)].map(({groups}) => groups?.['target'] ?? '');
  return links.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const url = new URL(target, new URL(path, root));
    const anchor = url.hash.slice(1);
    url.hash = '';
    if (!existsSync(url)) return true;
    return anchor !== '' && !getAnchors(readFileSync(url, 'utf8')).includes(anchor);
  });
}

function readDocument(path: string): Document {
  return {path, prose: readFileSync(new URL(path, root), 'utf8')};
}

describe('the operator’s guide', () => {
  const pages = readPages();
  const charms = ['hacluster', 'masakari', 'masakari-monitors', 'pacemaker-remote'];
  const documents: readonly Document[] = [
    ...pages.map((page) => ({path: `docs/${page.name}`, prose: getProse(page)})),
    ...['README.md', ...charms.map((charm) => `charms/${charm}/README.md`)].map(readDocument),
  ];

  it('has a table of contents that names every page once', () => {
    const [contents, ...others] = pages;
    for (const {name} of others) {
      assert.equal(contents?.text.split(`](${name})`).length, 2, name);
    }
  });

  for (const document of documents) {
    it(`leads somewhere by every link of ${document.path}`, () => {
      assert.deepEqual(findBroken(document), []);
    });
  }
});
