import {createHash} from 'node:crypto';
import {mkdir, readdir, readFile, rename, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';

import {createProcesses} from '#charm';
import {getNetworkFile} from '#local';

import {killProcesses} from '../machines/controller-processes.ts';
import {getDataFolder, root, type JujuModel} from '../machines/juju.ts';

/** All that a deployment is made of, and what is put on it before the stories. */
const MADE_OF = ['bundles', 'charms', 'lib', 'overlays', 'package-lock.json', 'tests/charms', 'tests/guest'];
const PUT_ON = ['tests/story/fast.yaml', 'tests/story/ground.ts', 'tests/story/prepared.ts'];

const PREFIX = 'story-';
const ANY_PROCESS = /./;
const COPY_LIMIT_MS = 900_000;

/** A deployment that was made once, as files: whoever tells stories later boots it, which takes a tenth of deploying it. */
export class PreparedDeployment {
  readonly #juju: JujuModel;
  readonly #data = getDataFolder();
  readonly #folder: string;

  private constructor(juju: JujuModel, hash: string) {
    this.#juju = juju;
    this.#folder = join(this.#data, `${PREFIX}${hash}`);
  }

  /** That of the sources as they are: another charm, bundle, cloud or distribution has another. */
  static async find(juju: JujuModel): Promise<PreparedDeployment> {
    const hash = createHash('sha256').update(await readFile('/etc/os-release'));
    for (const name of [...MADE_OF, ...PUT_ON]) await addToHash(hash, join(root, name), name);
    return new PreparedDeployment(juju, hash.digest('hex').slice(0, 16));
  }

  async isThere(): Promise<boolean> {
    return stat(this.#folder).then(
      () => true,
      () => false,
    );
  }

  /** Keeps a deployment whose machines are all off, instead of those of other sources. Its controller has no process then; any call starts one. */
  async keep(): Promise<void> {
    const partial = `${this.#folder}.partial`;
    await this.#stopController();
    for (const name of await readdir(this.#data)) {
      if (name.startsWith(PREFIX)) await rm(join(this.#data, name), {recursive: true, force: true});
    }
    await mkdir(partial, {mode: 0o700});
    for (const [name, path] of this.#places) await copy(path, join(partial, name));
    // At once and whole, or not at all.
    await rename(partial, this.#folder);
  }

  /** Makes the controller anew with what was kept; all its machines are off. */
  async restore(): Promise<void> {
    await this.#juju.destroy();
    await this.#juju.must('bootstrap', 'machines', this.#juju.controller);
    await this.#stopController();
    for (const [name, path] of this.#places) {
      await rm(path, {recursive: true, force: true});
      await copy(join(this.#folder, name), path);
    }
  }

  /** lib/local/README.md, "Data": the folder of the models' machines, and that of the models themselves. */
  get #places(): readonly (readonly [string, string])[] {
    const {controller} = this.#juju;
    return [
      ['machines', join(this.#data, 'controllers', controller, 'models')],
      ['models', join(this.#data, 'models', controller)],
    ];
  }

  /** What it has to keep is on the disk at any moment. Its network is made anew by the next. */
  async #stopController(): Promise<void> {
    await killProcesses(this.#juju.controller, ANY_PROCESS);
    // Where there is none, none has to go.
    await createProcesses().run('umount', ['--quiet', getNetworkFile(this.#juju.place.folder)]);
  }
}

/** Files, links, devices, owners and extended attributes as they are; sockets of processes that are gone stay behind. */
async function copy(from: string, to: string): Promise<void> {
  const {exitCode, stderr} = await createProcesses().run(
    'cp',
    ['--archive', '--reflink=auto', '--no-target-directory', from, to],
    {timeoutMs: COPY_LIMIT_MS},
  );
  if (exitCode !== 0) throw new Error(`${from} cannot be copied: ${stderr.trim()}`);
}

async function addToHash(hash: ReturnType<typeof createHash>, path: string, name: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) {
    hash.update(`${name}\0`).update(await readFile(path));
    return;
  }
  for (const entry of (await readdir(path)).sort()) {
    // A test is no part of what is deployed.
    if (entry !== 'node_modules' && !entry.endsWith('.test.ts'))
      await addToHash(hash, join(path, entry), `${name}/${entry}`);
  }
}
