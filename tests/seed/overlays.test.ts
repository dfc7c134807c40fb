import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';

import {createModel} from '#local';

import {
  baseBundle,
  charmLibrary,
  deploySeed,
  describeCib,
  exec,
  getTroubles,
  overlay,
  readCib,
  seedOverlay,
  settle,
} from './deployment.ts';

describe('overlays/masakari-2019.yaml', () => {
  it('is the seed’s overlay: its old URLs become our charms and its series our newest base, each with a line', async () => {
    const lines: string[] = [];
    const model = await deploySeed({overlays: [seedOverlay], notify: (line) => lines.push(line)});
    assert.deepEqual(getTroubles(model), {});
    for (const [url, name] of [
      ['cs:~gnuoy/masakari-4', 'masakari'],
      ['cs:~gnuoy/hacluster-38', 'hacluster'],
      ['cs:~gnuoy/pacemaker-remote-10', 'pacemaker-remote'],
      ['cs:~gnuoy/masakari-monitors-9', 'masakari-monitors'],
    ] as const) {
      assert.ok(
        lines.some((line) => line.includes(url) && line.includes(name)),
        `no line on ${url}:\n${lines.join('\n')}`,
      );
    }
    assert.ok(
      lines.some((line) => /bionic/.test(line) && /ubuntu@24\.04/.test(line)),
      lines.join('\n'),
    );
    assert.match(
      await exec(model, 'hacluster/0', 'crm', 'status'),
      /RemoteOnline: \[ frank-colt model-crow tidy-goose \]/,
    );
  });

  it('configures the same cluster as today’s overlay, but for the alert by which Masakari is told, and faster monitors', async () => {
    const [old, today] = [await deploySeed({overlays: [seedOverlay]}), await deploySeed({overlays: [overlay]})];
    const {alerts, ...rest} = readCib(today);
    assert.deepEqual(
      alerts.map(({id}) => id),
      ['masakari-fencing'],
    );
    const isNews = (line: string): boolean => line.includes('startup-fencing=false');
    const shown = describeCib({...rest, alerts: []});
    const [slow, fast] = ['\top monitor interval=30s', '\top monitor interval=2s timeout=10s'];
    assert.equal(shown.filter((line) => line === fast).length, 3);
    assert.deepEqual(
      describeCib(readCib(old)),
      shown
        .filter((line) => !isNews(line))
        .map((line) => (line === fast ? slow : line))
        .sort(),
    );
    assert.equal(shown.filter(isNews).length, 1);
  });

  it('evacuates nobody before fencing is over: the charms derive how long that may take, and every masakari unit says so', async () => {
    const model = await deploySeed({overlays: [seedOverlay]});
    const {units} = model.snapshot();
    for (const unit of ['masakari/0', 'masakari/1', 'masakari/2']) {
      const conf = await exec(model, unit, 'cat', '/etc/masakari/masakari.conf');
      assert.match(conf, /^wait_period_after_service_update = 267$/m);
      assert.match(units[unit]?.message ?? '', /^Unit is ready \(evacuation after 267 s: fencing may take as long/);
    }
  });

  it('is kept to the letter', async () => {
    const text = await readFile(seedOverlay, 'utf8');
    assert.ok(text.startsWith("machines:\n  '0':\n    series: bionic\n"));
    assert.ok(text.endsWith("    to:\n    - 'lxd:1'\n    - 'lxd:2'\n    - 'lxd:3'\n"));
  });
});

describe('an overlay on a base that was deployed before', () => {
  for (const file of [overlay, seedOverlay]) {
    it(`goes onto its machines with --map-machines: ${file.split('/').at(-1) ?? ''}`, async () => {
      const model = await createModel({seed: 2, charmLibrary});
      await model.deploy(baseBundle);
      await settle(model);
      const before = Object.keys(model.state.machines).filter((id) => !id.includes('/'));
      const plan = await model.deploy(baseBundle, {overlays: [file], mapMachines: '0=0,1=1,2=2,3=3'});
      assert.ok(
        plan.every((line) => !line.includes('add new machine')),
        plan.join('\n'),
      );
      await settle(model);
      assert.deepEqual(getTroubles(model), {});
      assert.deepEqual(
        Object.keys(model.state.machines).filter((id) => !id.includes('/')),
        before,
      );
      const hosts = ['masakari/0', 'masakari/1', 'masakari/2'].map((unit) => model.state.units[unit]?.machine);
      assert.deepEqual(
        hosts.map((machine) => machine?.split('/').slice(0, 2).join('/')),
        ['1/lxd', '2/lxd', '3/lxd'],
      );
      const again = await model.deploy(baseBundle, {overlays: [file], mapMachines: '0=0,1=1,2=2,3=3'});
      assert.deepEqual(again, []);
    });
  }

  it('comes to the same cluster as base and overlay at once', async () => {
    const model = await createModel({seed: 2, charmLibrary, clock: () => Date.UTC(2026, 0, 1)});
    await model.deploy(baseBundle);
    await settle(model);
    await model.deploy(baseBundle, {overlays: [overlay], mapMachines: 'existing'});
    await settle(model);
    const names = (text: unknown): string => JSON.stringify(text).replaceAll(/juju-[0-9a-f]{6}-/g, 'juju-');
    assert.equal(names(describeCib(readCib(model))), names(describeCib(readCib(await deploySeed()))));
  });
});
