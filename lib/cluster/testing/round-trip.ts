import {isDeepStrictEqual} from 'node:util';
import {canonicalCib, withoutPartIds} from '../canonical.ts';
import type {Cib} from '../cib.ts';
import {emptyCib} from '../cib.ts';
import {renderCibXml} from '../cib-render.ts';
import {parseCibXml} from '../cib-xml.ts';
import {parseCrm} from '../crm-parse.ts';
import {printCrm} from '../crm-print.ts';
import {openRealTools} from './real-tools.ts';

const header = {
  validateWith: 'pacemaker-3.9',
  version: {adminEpoch: '0', epoch: '1', numUpdates: '0'},
  attributes: {crm_feature_set: '3.16.1'},
};

/** The configuration alone, in one order; crm syntax does not have the ids of the sets of nodes. */
function toPlain(cib: Cib): unknown {
  const plain = canonicalCib({...cib, ...header, status: null});
  return {...plain, nodes: plain.nodes.map((node) => withoutPartIds(node))};
}

/**
 * What went wrong when a CIB went through the real programs, in words; empty when nothing did. Our XML is read by crm_verify
 * and by crmsh, whose text is ours and is read by us; our text is loaded by crmsh into an empty CIB, whose XML is read by us.
 */
export function findRoundTripProblems(cib: Cib): readonly string[] {
  const full = {...cib, ...header};
  const text = printCrm(full);
  const tools = openRealTools(renderCibXml(full));
  try {
    const verified = tools.run('crm_verify', ['--xml-file', tools.path, '--verbose']);
    const isInvalid = `${verified.stdout}${verified.stderr}`.includes('did not pass schema validation');
    const shown = tools.run('crm', ['configure', 'show']).stdout;
    tools.writeCib(renderCibXml({...emptyCib, ...header}));
    const loaded = tools.run('crm', ['--force', 'configure', 'load', 'replace', '-'], text);
    const read = parseCibXml(tools.readCib());
    return [
      ...(isInvalid ? [`crm_verify: ${verified.stdout}${verified.stderr}`] : []),
      ...(shown.trimEnd() === text.trimEnd() ? [] : [`crmsh shows\n${shown}instead of\n${text}`]),
      ...(printCrm(parseCrm(shown)) === text ? [] : [`what crmsh shows reads as\n${printCrm(parseCrm(shown))}`]),
      ...(isDeepStrictEqual(toPlain(read), toPlain(full))
        ? []
        : [`crmsh makes\n${printCrm(read)}of\n${text}${loaded.stderr}`]),
    ];
  } finally {
    tools.remove();
  }
}
