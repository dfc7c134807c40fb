import * as z from 'zod/mini';

import type {ComputeService, SegmentHost} from './cloud.ts';

/** A compute that the cluster is connected to and that nobody would recover, or that gets no guests, and why. */
export interface Gap {
  readonly host: string;
  readonly reason: 'on maintenance' | 'forced down' | 'in no segment' | 'disabled';
  /** Since when it has been seen so, in milliseconds since 1970. */
  readonly since: number;
}

/** What was seen, and when. */
export interface ProtectionReport {
  readonly at: number;
  readonly gaps: readonly Gap[];
}

const Shape = z.object({
  at: z.number(),
  gaps: z.array(
    z.object({
      host: z.string(),
      reason: z.enum(['on maintenance', 'forced down', 'in no segment', 'disabled']),
      since: z.number(),
    }),
  ),
});

/** Between two looks of a member. */
export const LOOK_MINUTES = 5;
/** A report that is older says nothing: who wrote it is away, or cannot reach the API. */
const STALE_MS = 3 * LOOK_MINUTES * 60_000;
/** What has just happened may be a recovery, or a way back, that is under way. */
const GRACE_MS = 4 * 60_000;

/** What `parseReport` reads. */
export function renderReport(report: ProtectionReport): string {
  return `${JSON.stringify(report)}\n`;
}

/** A report from its file; null for what is none. */
export function parseReport(text: string): ProtectionReport | null {
  try {
    const parsed = Shape.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** What of a report is to be told now: nothing of one that is old, or of the future, and no gap that has just come. */
export function getLastingGaps(report: ProtectionReport | null, now: number): readonly Gap[] {
  if (report === null || Math.abs(now - report.at) > STALE_MS) {
    return [];
  }
  return report.gaps.filter(({since}) => report.at - since >= GRACE_MS);
}

/** What Nova, Masakari and the cluster say at one moment. */
export interface ProtectionFacts {
  readonly connected: ReadonlySet<string>;
  readonly computes: readonly ComputeService[];
  readonly hosts: readonly SegmentHost[];
}

/** What is not as it should be with each compute that the cluster is connected to; `before` knows since when. */
export function findGaps(
  {connected, computes, hosts}: ProtectionFacts,
  before: readonly Gap[],
  now: number,
): readonly Gap[] {
  return computes
    .filter(({host}) => connected.has(host))
    .flatMap((service) => {
      const reason = getReason(
        service,
        hosts.find(({name}) => name === service.host),
      );
      return reason === null ? [] : [{host: service.host, reason}];
    })
    .map(({host, reason}) => {
      const known = before.find((gap) => gap.host === host && gap.reason === reason);
      return {host, reason, since: known === undefined ? now : Math.min(known.since, now)};
    })
    .sort((a, b) => a.host.localeCompare(b.host, 'en'));
}

/** Why Masakari disables a compute, where it says so (its option service_disable_reason, since 2023.2); older ones say nothing. */
const MASAKARI_REASON = 'Masakari detected host failed.';

/** Whether somebody other than Masakari has said why a compute is disabled: then who did that also enables it. */
export function isDisabledByOthers({isEnabled, disabledReason}: ComputeService): boolean {
  return !isEnabled && disabledReason !== '' && disabledReason !== MASAKARI_REASON;
}

function getReason(service: ComputeService, host: SegmentHost | undefined): Gap['reason'] | null {
  if (isDisabledByOthers(service)) {
    return null;
  }
  if (host?.isOnMaintenance === true) {
    return 'on maintenance';
  }
  if (service.isForcedDown) {
    return 'forced down';
  }
  if (host === undefined) {
    return 'in no segment';
  }
  return service.isEnabled || host.isReserved ? null : 'disabled';
}
