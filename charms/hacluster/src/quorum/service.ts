import {getShippedProgram, type Desired, type WantedService} from '#charm';

import type {Options} from '../options.ts';
import {HELD_FOLDER, HELD_MARK} from './paths.ts';

/** The service that has a member without quorum leave the ring, and come back. */
const WATCH = 'hacluster-quorum';

const FOLDER = '/usr/local/lib/hacluster';
const LAUNCHER = `${FOLDER}/quorum-watch`;

const PROGRAM = getShippedProgram({
  folder: FOLDER,
  name: 'quorum-watch.mjs',
  source: 'programs/quorum-watch.mjs',
  launcher: {
    path: LAUNCHER,
    comment: 'The watch on quorum of the hacluster charm, which puts this file back when it is changed.',
    complain: `echo "${LAUNCHER} cannot run: ${FOLDER}/node is missing" >&2`,
  },
});

const UNIT = `# Written by the hacluster charm.
[Unit]
Description=Leave of the ring while it has no quorum here
After=corosync.service pacemaker.service

[Service]
ExecStart=${LAUNCHER}
Restart=always
RestartSec=5s
RuntimeDirectory=${HELD_FOLDER}
RuntimeDirectoryPreserve=yes
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
`;

const UNIT_FILE = `/etc/systemd/system/${WATCH}.service`;

/** The program and its unit of systemd. */
export const WATCH_FILES: NonNullable<Desired['files']> = [...PROGRAM, {path: UNIT_FILE, content: UNIT}];

/** What of it is there until the service is stopped, and goes then. */
export const WATCH_REMAINS: readonly string[] = [UNIT_FILE, HELD_MARK];

/** The watch has to be stopped before its unit goes. */
export const KEPT_WATCH: NonNullable<Desired['files']> = [{path: UNIT_FILE, keep: true}];

/** What decides whether there is a watch. */
type WatchOptions = Pick<Options, 'no_quorum_policy' | 'maintenance-mode'>;

/** Whether a member without quorum is to run nothing; else what Pacemaker does there is what the operator has chosen. */
function isWatched(options: WatchOptions): boolean {
  return options.no_quorum_policy === 'stop' && !options['maintenance-mode'];
}

/** The watch of a member. */
export function getWatch(options: WatchOptions): WantedService {
  return isWatched(options) ? {name: WATCH, isRunning: true, isEnabled: true, restartWhen: [UNIT]} : STOPPED_WATCH;
}

/** The watch of one that is no member, or no more. */
export const STOPPED_WATCH: WantedService = {name: WATCH, isRunning: false, isEnabled: false};

/** Whether the daemons are stopped here because there was no quorum, and start by themselves: no hook is to start them. */
export function isHeldBack({
  config,
  facts,
}: {
  readonly config: WatchOptions;
  readonly facts: {readonly isHeld: boolean};
}): boolean {
  return facts.isHeld && isWatched(config);
}
