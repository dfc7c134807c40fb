import type {ActionHandler, Host} from '#charm';

import {createPort} from './facts.ts';

/** What the cluster says of itself: nodes, resources, quorum. */
export const status: ActionHandler = async ({host}) => {
  const reading = await createPort({host}).read();
  if (reading.state === 'down') {
    return {failure: `Pacemaker does not answer: ${reading.reason}`};
  }
  const {dc, quorate, pacemakerVersion, nodes, resources} = reading;
  return {results: {result: JSON.stringify({'crm-mon-version': pacemakerVersion, dc, quorate, nodes, resources})}};
};

/**
 * Forgets failures. A name is taken as it is written: names of resources know upper and lower case. One that the cluster
 * does not have fails the action.
 */
export const cleanup: ActionHandler = async ({host, params}) => {
  const {resource} = params;
  const name = typeof resource === 'string' && resource !== 'all' ? resource : null;
  if (name?.startsWith('-') === true) {
    return {failure: 'resource must be the name of a resource'};
  }
  const problem = name === null ? null : await checkResource(host, name);
  if (problem !== null) {
    return {failure: problem};
  }
  const args = name === null ? ['--cleanup'] : ['--cleanup', '--resource', name];
  const {exitCode, stderr} = await host.processes.run('crm_resource', args);
  return exitCode === 0
    ? {results: {result: 'success'}}
    : {failure: `crm_resource failed with status ${exitCode}: ${stderr.trim().split('\n')[0] ?? ''}`};
};

/** Looked up before: there are ways to ask crm_resource for a resource that does not exist without being told. */
async function checkResource(host: Host, name: string): Promise<string | null> {
  const reading = await createPort({host}).read();
  if (reading.state === 'down') {
    return `Pacemaker does not answer: ${reading.reason}`;
  }
  const configured = reading.cib.resources.flatMap(({kind, id}) => (kind === 'template' ? [] : [id]));
  const found = reading.resources.flatMap(({id, group, clone}) => [id, group, clone]);
  return [...configured, ...found].includes(name)
    ? null
    : `the cluster has no resource ${JSON.stringify(name)}; the action status lists what it has`;
}
