import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createProcesses} from '#charm';
import {getProperty, getResource, getValue} from '#cluster';

import {deploySeed, exec, readCib, settle} from './deployment.ts';

const {run} = createProcesses();

async function isInstalled(program: string): Promise<boolean> {
  return (await run(program, ['--version'])).exitCode !== 127;
}

/** What Pacemaker itself makes of the CIB that the charms wrote; run where its programs are installed. */
describe('the real Pacemaker', () => {
  let folder: string;
  let cib: string;
  let shown: string;
  let status: string;

  before(async function () {
    if (!(await isInstalled('crm_simulate')) || !(await isInstalled('crm'))) {
      this.skip();
    }
    const model = await deploySeed();
    model.config('masakari', {'notify-after-fencing': 'true'});
    await settle(model);
    const members = readCib(model).nodes.filter(({type}) => type === 'member');
    const online = members.map(
      ({id, uname}) =>
        `<node_state id="${id}" uname="${uname}" in_ccm="true" crmd="online" join="member" expected="member"><lrm id="${id}"><lrm_resources/></lrm></node_state>`,
    );
    const text = (await exec(model, 'hacluster/0', 'cibadmin', '--query')).replace(
      /<status\/>|<status>.*<\/status>/s,
      `<status>${online.join('')}</status>`,
    );
    folder = await mkdtemp(join(tmpdir(), 'seed-cib-'));
    cib = join(folder, 'cib.xml');
    await writeFile(cib, text);
    shown = await exec(model, 'hacluster/0', 'crm', 'configure', 'show');
    status = await exec(model, 'hacluster/0', 'crm', 'status');
  });

  after(async () => {
    await rm(folder, {recursive: true, force: true});
  });

  it('finds the configuration valid', async () => {
    const {exitCode, stderr} = await run('crm_verify', ['-VV', '--xml-file', cib]);
    assert.equal(exitCode, 0, stderr);
  });

  it('prints it as the modelled crm does, to the letter', async () => {
    const {stdout} = await run('crm', ['configure', 'show'], {environment: {CIB_file: cib}});

    assert.equal(stdout.replaceAll(/\u001b\[[0-9;]*m/g, ''), shown);
  });

  it('starts every resource where the modelled cluster runs it', async () => {
    const {stdout} = await run('crm_simulate', ['--simulate', '--xml-file', cib]);
    const list = (text: string): readonly string[] =>
      text
        .slice(text.lastIndexOf('Full List of Resources'))
        .split('\n')
        .slice(1)
        .map((line) => line.replaceAll(/\s+/g, ' ').trim())
        .filter((line) => line !== '');
    assert.deepEqual(list(stdout), list(status));
  });
});

describe('a fenced machine', () => {
  it('stays off until its operator powers it on, unless the option says otherwise', async () => {
    const model = await deploySeed();
    const getAction = (): string | null => {
      const device = readCib(model).resources.find(({id}) => id.startsWith('st-maas-'));
      return device?.kind === 'primitive' ? getValue(device.params, 'pcmk_reboot_action') : null;
    };
    assert.equal(getAction(), 'off');
    model.config('hacluster', {stonith_action: 'reboot'});
    await model.settle();
    assert.equal(getAction(), 'reboot');
    assert.equal(getProperty(readCib(model), 'stonith-enabled'), 'true');
    assert.ok(getResource(readCib(model), 'st-null') !== null);
  });
});
