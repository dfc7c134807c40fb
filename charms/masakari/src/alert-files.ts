import {getShippedProgram, type Desired, type WantedFolder, type WantedService} from '#charm';
import type {HaAlert} from '#openstack';

import type {AlertState} from './alert-state.ts';
import {renderCredentials} from './alert/credentials.ts';
import {CREDENTIALS_PATH, FOLDER, LAUNCHER, REPORT_FOLDER, SPOOL} from './alert/paths.ts';
import {LOOK_MINUTES} from './alert/protection.ts';

/** The id of the alert in the cluster. */
export const ALERT = 'masakari-fencing';
const UNIT = 'masakari-fencing-alert';
/** The unit of systemd that has the program look for what is not delivered. */
export const ALERT_TIMER = `${UNIT}.timer`;
const WATCH = 'masakari-protection';
/** The one that has it look for computes that nobody would recover. */
export const WATCH_TIMER = `${WATCH}.timer`;

/** Alerts of Pacemaker run as this user, who is in this group only. */
const ACCOUNT = {owner: 'hacluster', group: 'haclient'} as const;

export const SPOOL_FOLDER: WantedFolder = {path: SPOOL, ...ACCOUNT, mode: 0o750};

/** Once from when it is started, and then from the end of one run to the next, so that members do not keep step. */
function getTimer(description: string, first: string, next: string): string {
  return `# Written by the masakari charm.
[Unit]
Description=${description}

[Timer]
OnActiveSec=${first}
OnUnitInactiveSec=${next}
AccuracySec=1s

[Install]
WantedBy=timers.target
`;
}

interface ServiceText {
  readonly description: string;
  /** Lines of its first section. */
  readonly conditions?: string;
  readonly mode: string;
  /** Lines of its second. */
  readonly folders?: string;
}

/** systemd's own lines about each run are less than a notice. */
function getService({description, conditions = '', mode, folders = ''}: ServiceText): string {
  return `# Written by the masakari charm.
[Unit]
Description=${description}
${conditions}
[Service]
Type=oneshot
User=${ACCOUNT.owner}
Group=${ACCOUNT.group}
ExecStart=${LAUNCHER} ${mode}
${folders}TimeoutStartSec=90s
NoNewPrivileges=yes
SyslogIdentifier=${UNIT}
SyslogLevel=notice
LogLevelMax=notice
`;
}

const DELIVERY = 'Delivery of fenced nodes to Masakari';
const PROTECTION = 'Look for compute nodes that nobody would recover';
const TIMER = getTimer(DELIVERY, '15s', '30s');
const WATCH_TIMER_TEXT = getTimer(PROTECTION, '1min', `${LOOK_MINUTES}min`);
const SERVICE = getService({
  description: DELIVERY,
  conditions: `ConditionDirectoryNotEmpty=${SPOOL}\n`,
  mode: 'deliver',
});
const WATCH_SERVICE = getService({
  description: PROTECTION,
  mode: 'watch',
  folders: `RuntimeDirectory=${REPORT_FOLDER.replace('/run/', '')}\nRuntimeDirectoryPreserve=yes\n`,
});

const PROGRAM = getShippedProgram({
  folder: FOLDER,
  name: 'fencing-alert.mjs',
  source: 'programs/fencing-alert.mjs',
  launcher: {
    path: LAUNCHER,
    comment: 'The alert of fencing of the masakari charm, which puts this file back when it is changed.',
    complain: `echo "${LAUNCHER} cannot run: ${FOLDER}/node is missing" >&2`,
  },
});

type WantedFiles = NonNullable<Desired['files']>;

/** The program, how it logs in, and when it runs. */
export function getAlertFiles(alert: AlertState): WantedFiles {
  if (alert.kind === 'off') {
    return [];
  }
  if (alert.kind !== 'on') {
    return PATHS.map((path) => ({path, keep: true}));
  }
  return getWholeFiles(renderCredentials(alert.credentials));
}

function getWholeFiles(credentials: string): WantedFiles {
  return [
    {path: CREDENTIALS_PATH, content: credentials, group: ACCOUNT.group, mode: 0o640},
    ...PROGRAM,
    {path: `/etc/systemd/system/${UNIT}.service`, content: SERVICE},
    {path: `/etc/systemd/system/${UNIT}.timer`, content: TIMER},
    {path: `/etc/systemd/system/${WATCH}.service`, content: WATCH_SERVICE},
    {path: `/etc/systemd/system/${WATCH}.timer`, content: WATCH_TIMER_TEXT},
  ];
}

const PATHS = getWholeFiles('').map(({path}) => path);

export function getAlertServices({kind}: AlertState): readonly WantedService[] {
  switch (kind) {
    case 'on':
      return [
        {name: ALERT_TIMER, isRunning: true, isEnabled: true, restartWhen: [TIMER]},
        {name: WATCH_TIMER, isRunning: true, isEnabled: true, restartWhen: [WATCH_TIMER_TEXT]},
      ];
    case 'stopping':
      return [ALERT_TIMER, WATCH_TIMER].map((name) => ({name, isRunning: false, isEnabled: false}));
    case 'off':
    case 'held':
      return [];
  }
}

/** What hacluster is asked for: it adds which nodes are meant. */
export function getAlerts(
  {kind}: AlertState,
  before: Readonly<Record<string, HaAlert>>,
): Readonly<Record<string, HaAlert>> {
  switch (kind) {
    case 'on':
      return {[ALERT]: {path: LAUNCHER, select: ['fencing'], meta: {timeout: '30s'}}};
    case 'held':
      return before;
    case 'off':
    case 'stopping':
      return {};
  }
}
