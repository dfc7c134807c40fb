import {readInstalled, readServices, type CharmPorts, type Ledger} from '#charm';
import {ARCHIVE_PATH, getUpstreamVersion} from '#openstack';

import {REPORT, SPOOL} from './alert/paths.ts';
import {getLastingGaps, parseReport, type Gap} from './alert/protection.ts';
import {ALERT_TIMER, WATCH_TIMER} from './alert-files.ts';
import {DATABASE_NOTE, FAILURE_NOTE} from './database-sync.ts';
import {getDistribution} from './distribution.ts';

export const CONF_PATH = '/etc/masakari/masakari.conf';
export const HAPROXY_PATH = '/etc/haproxy/haproxy.cfg';

/** What Masakari's charm reads off its machine. */
export interface Facts {
  /** Of the masakari package; empty before it is installed. */
  readonly version: string;
  /** What the apt source file of the charm holds; null for none. */
  readonly archive: string | null;
  /** The password of haproxy's statistics: the one in use, else a new one. */
  readonly statsPassword: string;
  /** Whether masakari.conf was ever written. */
  readonly wasConfigured: boolean;
  /** The relation whose database this unit has brought up to date; empty for none. */
  readonly syncedFor: string;
  /** The relation whose database it could not bring up to date when it last tried; empty for none. */
  readonly syncFailedFor: string;
  /** systemd runs, or would start at boot, what delivers fences late or looks for unprotected computes. */
  readonly hasAlertTimer: boolean;
  /** Computes that nobody would recover, or that get no guests, and have not for a while. */
  readonly gaps: readonly Gap[];
  /** What the alert has written, by path: fences that are not delivered, and what its look for unprotected computes has found. */
  readonly spooled: readonly string[];
  /** By service, whether it runs. */
  readonly running: Readonly<Record<string, boolean>>;
}

export async function readFacts({host, ledger}: CharmPorts): Promise<Facts> {
  const {apiService} = getDistribution((await host.facts()).os.id);
  const [installed, services, archive, haproxy, spooled, report, {files, notes}] = await Promise.all([
    readInstalled(host.processes, ['masakari-common']),
    readServices(host.processes, ['memcached', apiService, 'masakari-engine', 'haproxy', ALERT_TIMER, WATCH_TIMER]),
    host.files.read(ARCHIVE_PATH),
    host.files.read(HAPROXY_PATH),
    host.files.list(SPOOL),
    host.files.read(REPORT),
    ledger.read(),
  ]);
  const timers = [ALERT_TIMER, WATCH_TIMER].map((name) => services.get(name));
  return {
    version: getUpstreamVersion(installed.get('masakari-common') ?? ''),
    archive: archive?.content ?? null,
    statsPassword:
      parseStatsPassword(haproxy?.content ?? '') ?? createPassword(host.randomBytes('haproxy statistics', 32)),
    wasConfigured: files.includes(CONF_PATH),
    syncedFor: getNote(notes, DATABASE_NOTE),
    syncFailedFor: getNote(notes, FAILURE_NOTE),
    hasAlertTimer: timers.some((timer) => timer?.isRunning === true || timer?.isEnabled === true),
    gaps: getLastingGaps(parseReport(report?.content ?? ''), Date.now()),
    spooled: [...spooled.map((name) => `${SPOOL}/${name}`), ...(report === null ? [] : [REPORT])],
    running: Object.fromEntries([...services].map(([name, {isRunning}]) => [name, isRunning])),
  };
}

function getNote(notes: Ledger['notes'], name: string): string {
  return notes[name]?.[0] ?? '';
}

/** 32 letters and digits from 32 random bytes in base64. */
function createPassword(base64: string): string {
  return base64.replaceAll(/[^A-Za-z0-9]/g, 'x').slice(0, 32);
}

function parseStatsPassword(haproxyConfig: string): string | null {
  return /^\s*stats auth admin:([A-Za-z0-9]{32})$/m.exec(haproxyConfig)?.[1] ?? null;
}
