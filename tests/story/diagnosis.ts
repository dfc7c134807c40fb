import type {TechnicianRoom} from '#local';

const LINES = 6;

/** Services that run on no machine of ours in any case. */
const MUTE = /^(systemd-|apt-|logrotate|networking)/;

/** Services that failed, or keep being started, on machines that are on, each with the last lines of its journal. Empty when all are well. */
export async function describeFailures(
  room: Pick<TechnicianRoom, 'run' | 'getPower'>,
  machines: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const machine of machines) {
    if ((await room.getPower(machine)) === 'off') continue;
    const {stdout} = await room.run(machine, [
      ...['systemctl', 'list-units', '--type=service', '--state=failed,auto-restart', '--plain', '--no-legend'],
    ]);
    for (const service of parseServices(stdout).filter((name) => !MUTE.test(name))) {
      const journal = await room.run(machine, [
        'journalctl',
        `--unit=${service}`,
        `--lines=${String(LINES)}`,
        '--no-pager',
        '--output=cat',
      ]);
      found.push(
        `${service} on machine ${machine} does not run:`,
        ...journal.stdout
          .trimEnd()
          .split('\n')
          .map((line) => `    ${line}`),
      );
    }
  }
  return found;
}

/** Names out of what `systemctl list-units --plain --no-legend` prints. */
export function parseServices(text: string): readonly string[] {
  return [...text.matchAll(/^\s*(\S+\.service)\s/gm)].map(([, name = '']) => name.replace(/\.service$/, ''));
}
