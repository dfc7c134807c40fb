import {join} from 'node:path';

import {readEnvironment} from '#charm';
import {takeLock} from '#local';

import {getDataFolder, JujuModel, root} from '../machines/juju.ts';
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
import {PreparedDeployment} from './prepared.ts';
import {GuestWatch} from './watch/guest-watch.ts';
import {findFaults, summarise} from './watch/report.ts';
import {putWorldBack} from './world.ts';
import {startAll, stopAll} from './power.ts';

/** The one deployment of all stories, unless one that stands is named; a second telling of stories at the same time is refused. */
const CONTROLLER = 'story';
const MODEL = 'openstack';

/** Where stories are told: it has the lock, the deployment and the way to be rid of it. */
export class Theatre {
  readonly #standing = readEnvironment()['JUJU_LOCAL_TEST_CONTROLLER'];
  readonly juju = new JujuModel(this.#standing ?? CONTROLLER, MODEL);
  readonly #narrator: Narrator;
  #release: (() => Promise<void>) | null = null;
  #stage: Stage | null = null;
  /** Whether a story was begun and the world not put back since. */
  #isChanged = false;

  constructor(narrator: Narrator) {
    this.#narrator = narrator;
  }

  /** Whether anything may be there that `close` has to remove. */
  get isOpen(): boolean {
    return this.#release !== null;
  }

  /** Whether the deployment is that of the stories, and not one that stood before. */
  get isOwn(): boolean {
    return this.#standing === undefined;
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

  /**
   * Takes the deployment that stands (JUJU_LOCAL_TEST_CONTROLLER), boots the one that an earlier telling has made of the same sources, or
   * makes it. What else an earlier telling left is removed first.
   */
  async open(): Promise<void> {
    const narrator = this.#narrator;
    narrator.begin('deployment', 'OpenStack with Masakari, on machines of this computer');
    narrator.say(
      'Nova has its stock settings. The cluster tells Masakari of computes that it has fenced (overlays/masakari.yaml).',
    );
    if (this.isOwn) await this.#bringUp();
    const deployment = await Deployment.read(this.juju);
    this.#stage = new Stage(deployment, await enterCloud(deployment), narrator);
    await putWorldBack(this.#stage);
  }

  async #bringUp(): Promise<void> {
    const narrator = this.#narrator;
    const prepared = await PreparedDeployment.find(this.juju);
    if (await prepared.isThere()) {
      narrator.say('It was deployed before, and was kept.');
      await measure(narrator, 'it is put back as it was', () => prepared.restore());
    } else {
      await this.#deploy();
      await measure(narrator, 'it is switched off and kept, for later runs', async () => {
        await stopAll(await Deployment.read(this.juju));
        await prepared.keep();
      });
    }
    const deployment = await Deployment.read(this.juju);
    await measure(narrator, 'its machines have booted', () => startAll(deployment));
  }

  /** Deploys everything anew, and makes what all stories need. */
  async #deploy(): Promise<void> {
    const narrator = this.#narrator;
    await measure(narrator, 'a controller and a model', () => this.juju.create());
    const words = ['deploy', BUNDLE, ...OVERLAYS.flatMap((overlay) => ['--overlay', overlay])];
    const shown = words.map((word) => word.replace(root, ''));
    narrator.type('$', `juju-local ${shown.join(' ')}`);
    const pacer = createPacer((line) => {
      narrator.progress(line);
    });
    await measure(narrator, 'everything is deployed and has settled', () =>
      this.juju.watch(pacer, ...words, '-m', this.juju.name),
    );
    const deployment = await Deployment.read(this.juju);
    await requireActive(deployment);
    await measure(narrator, 'the openstack command is installed', () => installClient(deployment));
    await prepareGround(new Stage(deployment, await enterCloud(deployment), narrator));
  }

  /**
   * Tells one story and puts the world back, under the eyes of a watch on all guests, whose judgement is the story's too. After a
   * story that failed all stays as it is, to be looked at, until the next begins.
   */
  async tell(story: Story): Promise<void> {
    const stage = this.#stage;
    if (stage === null) throw new Error('no story can be told before the theatre is open');
    this.#narrator.begin(story.name, story.title);
    if (this.#isChanged) await this.#putBack(stage);
    this.#isChanged = true;
    const watch = await GuestWatch.begin(stage.deployment);
    const failure = await this.#tellAndPutBack(stage, story);
    const verdict = await watch.end();
    stage.say(summarise(verdict));
    const faults = findFaults(story, verdict);
    if (failure !== null && faults.length === 0) throw failure;
    if (faults.length > 0) throw new Error([...(failure === null ? [] : [failure.message]), ...faults].join('\n'));
  }

  /** Gives what went wrong. */
  async #tellAndPutBack(stage: Stage, story: Story): Promise<Error | null> {
    try {
      await story.tell(stage);
      await this.#putBack(stage);
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #putBack(stage: Stage): Promise<void> {
    stage.say('Everything is put back as it was.');
    await putWorldBack(stage);
    this.#isChanged = false;
  }

  /** Removes the deployment, unless it is to stay, and lets others in. */
  async close({isKept}: {readonly isKept: boolean}): Promise<void> {
    if (!isKept && this.isOwn) await this.juju.destroy();
    await this.#release?.();
    this.#release = null;
  }
}

const PACE_MS = 10_000;

/** Tells of a deployment what people wait for: not its plan, and how far it is only now and then. */
function createPacer(tell: (line: string) => void): (line: string) => void {
  let told = -Infinity;
  return (line) => {
    const isCount = line.startsWith('Settling');
    if (/^(- |Located |Charm ")/.test(line) || (isCount && performance.now() - told < PACE_MS)) return;
    if (isCount) told = performance.now();
    tell(line);
  };
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
