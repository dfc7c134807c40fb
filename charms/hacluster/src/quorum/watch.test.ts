import assert from 'node:assert/strict';

import type {CommandResult} from '#charm';

import {ABSENCE_MS} from './decision.ts';
import {createQuorumWatch, type QuorumWatch} from './watch.ts';

/** A member as systemd and Corosync show it. */
class Member {
  now = 0;
  quorate: 'Yes' | 'No' | null = 'Yes';
  state = 'active';
  exitStatus = 0;
  since = 0;
  mark: string | null = null;
  /** systemd does nothing that it is told. */
  fails = false;
  /** How often it was asked how Pacemaker is. */
  asked = 0;
  /** What it was told. */
  readonly told: string[] = [];
  readonly lines: string[] = [];
  /** The mark as it was while Pacemaker was being stopped. */
  markAtStop: string | null = null;

  createWatch(): QuorumWatch {
    return createQuorumWatch({
      processes: {run: (program, args) => Promise.resolve(this.#run(program, args))},
      now: () => this.now,
      mark: {
        read: () => this.mark,
        write: (text) => {
          this.mark = text;
        },
      },
      log: (line) => this.lines.push(line),
    });
  }

  async look(watch: QuorumWatch, times = 1): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      await watch.look();
      this.now += 1000;
    }
  }

  #run(program: string, args: readonly string[]): CommandResult {
    const succeed = (stdout = ''): CommandResult => ({exitCode: 0, stdout, stderr: ''});
    if (program === 'corosync-quorumtool') {
      // Its exit status tells whether there is quorum, too, and is no failure then.
      return this.quorate === null
        ? {exitCode: 1, stdout: '', stderr: 'Cannot initialize CMAP service\n'}
        : {
            ...succeed(`Nodes:            3\nQuorate:          ${this.quorate}\n\nQuorum:  2 Activity blocked\n`),
            exitCode: 2,
          };
    }
    const [verb = '', unit = ''] = args;
    if (verb === 'show') {
      this.asked += 1;
      return succeed(this.#show());
    }
    this.told.push(args.join(' '));
    if (this.fails) return {exitCode: 1, stdout: '', stderr: ''};
    if (verb === 'stop') Object.assign(this, {markAtStop: this.mark, state: 'inactive', quorate: null});
    else if (unit === 'corosync.service') this.quorate = 'No';
    else this.state = 'active';
    return succeed();
  }

  /** In the order that systemd chooses. */
  #show(): string {
    const micros = String(this.since * 1000);
    return `ExecMainStatus=${String(this.exitStatus)}\nActiveState=${this.state}\nActiveEnterTimestampMonotonic=${micros}\n`;
  }
}

describe('the program of the watch on quorum', () => {
  it('has a member without quorum leave the ring and come back, and leaves a mark for as long', async () => {
    const member = new Member();
    const watch = member.createWatch();
    await member.look(watch);
    member.quorate = 'No';
    await member.look(watch, 5);
    assert.deepEqual(member.told, ['stop pacemaker.service corosync.service']);
    assert.deepEqual([member.mark, member.markAtStop], [String(1000 + ABSENCE_MS), String(1000 + ABSENCE_MS)]);
    member.now = 1000 + ABSENCE_MS;
    await member.look(watch, 3);
    member.quorate = 'Yes';
    await member.look(watch, 8);
    assert.deepEqual(member.told.slice(1), ['start corosync.service', 'start pacemaker.service']);
    assert.equal(member.mark, null);
    assert.deepEqual(member.lines, [
      'leave the ring: it has no quorum here',
      'join the ring: the others have taken this member for fenced',
      'start Pacemaker: the ring has quorum',
    ]);
  });

  it('asks systemd nothing while all is well', async () => {
    const member = new Member();
    await member.look(member.createWatch(), 3);
    assert.equal(member.asked, 0);
  });

  it('counts from when Pacemaker was started', async () => {
    const member = new Member();
    const watch = member.createWatch();
    await member.look(watch);
    Object.assign(member, {quorate: 'No', since: 500});
    await member.look(watch, 5);
    assert.deepEqual(member.told, []);
  });

  it('goes on by the mark when it is started anew, and at once by one that was cut short', async () => {
    for (const mark of ['30000', '', 'x']) {
      const member = new Member();
      member.state = 'inactive';
      member.mark = mark;
      const watch = member.createWatch();
      await member.look(watch);
      assert.equal(member.told.length, mark === '30000' ? 0 : 1);
      member.now = 30_000;
      await member.look(watch, 2);
      assert.deepEqual(member.told, ['start pacemaker.service']);
      assert.equal(member.mark, null);
    }
  });

  it('starts both daemons again where Pacemaker was told of its own fencing', async () => {
    const member = new Member();
    const watch = member.createWatch();
    await member.look(watch);
    Object.assign(member, {state: 'inactive', exitStatus: 100, quorate: null});
    await member.look(watch, 3);
    member.quorate = 'Yes';
    await member.look(watch, 10);
    assert.deepEqual(member.told, ['start corosync.service', 'start pacemaker.service']);
  });

  it('touches nothing while systemd or Corosync do not answer, or something is under way', async () => {
    for (const state of ['', 'deactivating', 'activating']) {
      const member = new Member();
      const watch = member.createWatch();
      await member.look(watch);
      Object.assign(member, {state, quorate: state === '' ? null : 'No'});
      await member.look(watch, 5);
      assert.deepEqual([member.told, member.mark], [[], null]);
    }
  });

  it('says what systemd did not do', async () => {
    const member = new Member();
    member.state = 'inactive';
    member.mark = '0';
    member.fails = true;
    await member.look(member.createWatch());
    assert.equal(member.lines.at(-1), 'systemctl start pacemaker.service failed (status 1)');
  });
});
