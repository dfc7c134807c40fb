import type {ActionHandler} from '#charm';

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

/** Forgets failures. A name is taken as it is written: names of resources know upper and lower case. */
export const cleanup: ActionHandler = async ({host, params}) => {
  const {resource} = params;
  const name = typeof resource === 'string' && resource !== 'all' ? resource : null;
  if (name?.startsWith('-') === true) {
    return {failure: 'resource must be the name of a resource'};
  }
  const args = name === null ? ['--cleanup'] : ['--cleanup', '--resource', name];
  const {exitCode, stderr} = await host.processes.run('crm_resource', args);
  return exitCode === 0
    ? {results: {result: 'success'}}
    : {failure: `crm_resource failed with status ${exitCode}: ${stderr.trim().split('\n')[0] ?? ''}`};
};
