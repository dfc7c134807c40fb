import {setTimeout as sleep} from 'node:timers/promises';

import {waitFor} from '../machines/waiting.ts';
import type {OpenStackCloud} from './cloud.ts';
import {CONTROL, type Compute, type Deployment} from './deployment.ts';
import {describeFailures} from './diagnosis.ts';
import type {Narrator} from './narrator.ts';

/** Where commands are typed: the prompt that people see, the machine, and what the shell has read before. */
export interface Terminal {
  readonly prompt: string;
  readonly machine: string;
  readonly preamble: string;
}

/** An operator's shell on the machine of the control plane. 2.79 is the first version of Nova's API with all that is typed. */
export const CLIENT: Terminal = {
  prompt: '$',
  machine: CONTROL,
  preamble: '. /root/admin-openrc; export OS_COMPUTE_API_VERSION=2.79',
};

/** root's shell on a machine. */
export function getRootTerminal(name: string, machine: string): Terminal {
  return {prompt: `root@${name}:~#`, machine, preamble: ''};
}

const COMMAND_LIMIT_MS = 300_000;
const LOOK_AGAIN_MS = 1000;

/** Where a story is told: its deployment and cloud, and the ways to do, to wait and to say so. */
export class Stage {
  readonly deployment: Deployment;
  readonly cloud: OpenStackCloud;
  readonly #narrator: Narrator;
  #failedAt: number | null = null;

  constructor(deployment: Deployment, cloud: OpenStackCloud, narrator: Narrator) {
    this.deployment = deployment;
    this.cloud = cloud;
    this.#narrator = narrator;
  }

  say(sentence: string): void {
    this.#narrator.say(sentence);
  }

  /** The failure that the story is about happens now: from here on phases also say how long ago it was. */
  startClock(): void {
    this.#failedAt = performance.now();
  }

  /** What follows is no more about the failure. */
  stopClock(): void {
    this.#failedAt = null;
  }

  #end(name: string, seconds: number): void {
    const since = this.#failedAt === null ? null : (performance.now() - this.#failedAt) / 1000;
    this.#narrator.phase(name, seconds, since);
  }

  progress(line: string): void {
    this.#narrator.progress(line);
  }

  /** Says what is done, types the command, shows what it printed and gives that; it must succeed. */
  async step(sentence: string, command: string, terminal: Terminal = CLIENT): Promise<string> {
    this.#narrator.say(sentence);
    return this.type(command, terminal);
  }

  /** A command after another, of the same sentence. */
  async type(command: string, {prompt, machine, preamble}: Terminal = CLIENT): Promise<string> {
    this.#narrator.type(prompt, command);
    // By standard input: a command that looks for processes by their arguments does not find its own shell.
    const {exitCode, stdout, stderr} = await this.deployment.room.run(machine, ['bash', '-s'], {
      stdin: `${preamble}\n${command}\n`,
      timeoutMs: COMMAND_LIMIT_MS,
    });
    this.#narrator.print(stdout);
    if (exitCode !== 0) throw new Error(`"${command}" ended with ${String(exitCode)}: ${stderr.trim()}`);
    return stdout;
  }

  /** Says what is done, runs an action of a charm to its end and shows what it printed; it must succeed. */
  async runAction(sentence: string, unit: string, action: string, ...parameters: readonly string[]): Promise<void> {
    this.#narrator.say(sentence);
    const command = ['run', unit, action, ...parameters, '--wait=15m'];
    this.#narrator.type(CLIENT.prompt, `juju ${command.join(' ')}`);
    const {juju} = this.deployment;
    const {exitCode, stdout, stderr} = await juju.run(...command, '-m', juju.name);
    this.#narrator.print(`${stderr}\n${stdout}`);
    if (exitCode !== 0) throw new Error(`"juju ${command.join(' ')}" ended with ${String(exitCode)}: ${stderr.trim()}`);
  }

  /** Says why, and sets options of an application; resolves when the model has settled. */
  async configure(sentence: string, application: string, options: Readonly<Record<string, string>>): Promise<void> {
    this.#narrator.say(sentence);
    const pairs = Object.entries(options).map(([key, value]) => `${key}=${value}`);
    this.#narrator.type(CLIENT.prompt, `juju config ${application} ${pairs.join(' ')}`);
    const {juju} = this.deployment;
    await this.during('the model has settled', () => juju.must('config', '-m', juju.name, application, ...pairs));
  }

  rootOf({name, machine}: Compute): Terminal {
    return getRootTerminal(name, machine);
  }

  /**
   * Waits for something, which is a phase of the story, and gives it. Says how things stand every few seconds. After the limit an error
   * says what did not come, how things stood, and which services do not run.
   */
  async phase<T>(name: string, limitSeconds: number, look: () => Promise<T | null | undefined | false>): Promise<T> {
    const start = performance.now();
    try {
      const found = await waitFor(name, look, limitSeconds, (seconds, standing) => {
        this.progress(`waiting for: ${name} (${String(seconds)} s of ${String(limitSeconds)})${standing}`);
      });
      this.#end(name, (performance.now() - start) / 1000);
      return found;
    } catch (error) {
      throw await this.#explain(error);
    }
  }

  /** A phase that is work, not waiting. */
  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.#end(name, (performance.now() - start) / 1000);
    return result;
  }

  /** Looks for so long whether something stays as it is; an error says when it did not. What nobody can tell does not count. */
  async stays(name: string, seconds: number, look: () => Promise<boolean>): Promise<void> {
    const start = performance.now();
    while (performance.now() - start < seconds * 1000) {
      if (!(await look()))
        throw new Error(`${name}: no longer so after ${((performance.now() - start) / 1000).toFixed(1)} s`);
      await sleep(LOOK_AGAIN_MS);
    }
    this.#end(`${name}, all the time`, seconds);
  }

  async #explain(error: unknown): Promise<Error> {
    const message = error instanceof Error ? error.message : String(error);
    const machines = await this.deployment.listMachines().catch(() => []);
    const failures = await describeFailures(this.deployment.room, machines).catch(() => []);
    return new Error([message, ...failures].join('\n'));
  }
}
