import type {FollowedProcess, TechnicianRoom} from '#local';

import {AddressWatch} from './address-watch.ts';

const ENVIRONMENT = {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C'};

/** Watches who has which address on some machines, from inside each of them, until it is stopped. */
export class VipWatch {
  readonly watch = new AddressWatch();
  readonly #room: TechnicianRoom;
  readonly #followed = new Map<string, FollowedProcess>();
  #isStopped = false;

  constructor(room: TechnicianRoom) {
    this.#room = room;
  }

  /** Begins with a machine that is on; what it has already is seen too. A machine that was off is begun with again. */
  async begin(machine: string): Promise<void> {
    const see = (line: string): void => {
      this.watch.see(machine, line, Date.now());
    };
    // The monitor first: what comes between the two is seen twice, never not at all.
    const followed = await this.#room.follow(machine, ['ip', '-timestamp', '-oneline', 'monitor', 'address'], {
      environment: ENVIRONMENT,
      workingFolder: '/',
      onLine: (_stream, line) => {
        see(line);
      },
    });
    this.#followed.set(machine, followed);
    void followed.ended.then(() => {
      if (!this.#isStopped) this.watch.lose(machine, Date.now());
    });
    const {stdout} = await this.#room.run(machine, ['ip', '-oneline', 'address'], {environment: ENVIRONMENT});
    for (const line of stdout.split('\n')) see(line);
  }

  stop(): void {
    this.#isStopped = true;
    for (const followed of this.#followed.values()) followed.kill('SIGKILL');
  }
}
