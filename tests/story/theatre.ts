import {join} from 'node:path';

import {takeLock} from '#local';

import {getDataFolder, JujuModel} from '../machines/juju.ts';
import {OpenStackApi, parseOpenrc} from './api.ts';
import {StoryError} from './arguments.ts';
import {OpenStackCloud} from './cloud.ts';
import {createCurl} from './curl.ts';
import {BUNDLE, CONTROL, Deployment, OVERLAYS} from './deployment.ts';
import {describeFailures} from './diagnosis.ts';
import {installClient, prepareGround} from './ground.ts';
import {checkHost, readHostFacts} from './host.ts';
import type {Narrator} from './narrator.ts';
import {Stage} from './stage.ts';
import type {Story} from './story.ts';
import {putWorldBack} from './world.ts';

/** The one deployment of all stories; a second telling of stories at the same time is refused. */
const CONTROLLER = 'story';

/** Where stories are told: it has the lock, the deployment and the way to be rid of it. */
export class Theatre {
  readonly juju = new JujuModel(CONTROLLER, 'openstack');
  readonly #narrator: Narrator;
  #release: (() => Promise<void>) | null = null;
  #stage: Stage | null = null;

  constructor(narrator: Narrator) {
    this.#narrator = narrator;
  }

  /** Whether anything may be there that `close` has to remove. */
  get isOpen(): boolean {
    return this.#release !== null;
  }

  /** Looks whether this computer is large enough and nobody else tells stories; a StoryError says what is in the way. */
  async enter(): Promise<void> {
    const data = getDataFolder();
    const problems = checkHost(await readHostFacts(data));
    if (problems.length > 0) throw new StoryError(problems.join('\n'));
    this.#release = await takeLock(join(data, 'story.lock'), {
      pid: process.pid,
      onWait: (pid) => {
        throw new StoryError(
          `the process ${String(pid)} tells stories already: wait for its end, or end it with Ctrl-C`,
        );
      },
    });
  }

  /** Deploys everything anew, and makes what all stories need. What an earlier telling left is removed first. */
  async open(): Promise<void> {
    const narrator = this.#narrator;
    narrator.begin('deployment', 'OpenStack with Masakari, on machines of this computer');
    const progress = (line: string): void => {
      narrator.progress(line);
    };
    narrator.say('Computes are given up sooner than stock settings do (tests/story/fast.yaml), which saves minutes.');
    await measure(narrator, 'a controller and a model', () => this.juju.create());
    const words = ['deploy', BUNDLE, ...OVERLAYS.flatMap((overlay) => ['--overlay', overlay])];
    narrator.type('$', `juju-local ${words.join(' ')}`);
    await measure(narrator, 'everything is deployed and has settled', () =>
      this.juju.watch(progress, ...words, '-m', this.juju.name),
    );
    const deployment = await Deployment.read(this.juju);
    await requireActive(deployment);
    await measure(narrator, 'the openstack command is installed', () => installClient(deployment));
    this.#stage = new Stage(deployment, await enterCloud(deployment), narrator);
    await prepareGround(this.#stage);
  }

  /** Tells one story, and puts the world back after it, however it ended. */
  async tell(story: Story): Promise<void> {
    const stage = this.#stage;
    if (stage === null) throw new Error('no story can be told before the theatre is open');
    this.#narrator.begin(story.name, story.title);
    try {
      await story.tell(stage);
    } finally {
      stage.say('Everything is put back for the next story.');
      await putWorldBack(stage);
    }
  }

  /** Removes the deployment, unless it is to stay, and lets others in. */
  async close({isKept}: {readonly isKept: boolean}): Promise<void> {
    if (!isKept) await this.juju.destroy();
    await this.#release?.();
    this.#release = null;
  }
}

async function measure<T>(narrator: Narrator, name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  narrator.phase(name, (performance.now() - start) / 1000);
  return result;
}

/** Names units that did not become active, with what they say, and services that do not run. */
async function requireActive(deployment: Deployment): Promise<void> {
  const troubles = Object.entries(await deployment.getTroubles());
  if (troubles.length === 0) return;
  const failures = await describeFailures(deployment.room, await deployment.listMachines());
  throw new Error(
    ['the deployment did not come up:', ...troubles.map(([unit, said]) => `${unit} is ${said}`), ...failures].join(
      '\n',
    ),
  );
}

/** The API, with the credentials that keystone's unit has written for its operator. */
async function enterCloud({room}: Deployment): Promise<OpenStackCloud> {
  const {stdout, exitCode} = await room.run(CONTROL, ['cat', '/root/admin-openrc']);
  if (exitCode !== 0) throw new Error(`machine ${CONTROL} has no /root/admin-openrc`);
  return new OpenStackCloud(new OpenStackApi(createCurl(room, CONTROL), parseOpenrc(stdout)));
}
