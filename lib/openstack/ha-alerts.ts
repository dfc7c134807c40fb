import {isValidId, type AlertEvent} from '#cluster';
import * as z from 'zod/mini';

import {isOneLine} from './fields.ts';

/** A program that a principal wants Pacemaker to start on every member when something happens: `json_alerts`, by the alert's id. */
export interface HaAlert {
  /** Absolute. */
  readonly path: string;
  /** The kinds of events; all of them when it names none. */
  readonly select?: readonly AlertEvent[] | undefined;
  readonly meta?: HaAlertMeta | undefined;
  /** What the program gets as environment variables, by their names. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** How Pacemaker treats the program; `timeout` is a time such as 25s. */
export interface HaAlertMeta {
  readonly timeout?: string | undefined;
  readonly enabled?: string | undefined;
  readonly 'timestamp-format'?: string | undefined;
}

/** The attribute in which hacluster tells an alert of fencing the names of the fenced remote nodes; nobody else may say it. */
export const REMOTES_ATTRIBUTE = 'remotes';

/** Where a unit of hacluster answers which of its principal's alerts the cluster has: their ids, separated by blanks. */
export const ALERTS_KEY = 'registered-alerts';

const line = z.string('must be text').check(z.refine(isOneLine, 'must be one line without control characters'));
const path = line.check(z.regex(/^\/[^\s"'\\]+$/, 'must be an absolute path without blanks and quotes'));
const event = z.enum(['nodes', 'fencing', 'resources', 'attributes'], {
  error: 'must name nodes, fencing, resources or attributes',
});
const attributes = z
  .record(z.string().check(z.regex(/^[A-Za-z_]\w*$/)), line, {
    error: 'must be a map by names of variables',
  })
  .check(
    z.refine((value) => !Object.hasOwn(value, REMOTES_ATTRIBUTE), `must not say ${REMOTES_ATTRIBUTE}: hacluster does`),
  );
const meta = z.strictObject(
  {
    timeout: z.optional(line.check(z.regex(/^\d{1,6}(?:ms|s|m|min)?$/, 'must be a time such as 25s'))),
    enabled: z.optional(line.check(z.regex(/^(?:true|false)$/, 'must be true or false'))),
    'timestamp-format': z.optional(line),
  },
  {error: 'must hold timeout, enabled and timestamp-format only'},
);
const Alert = z.strictObject(
  {
    path,
    select: z.optional(z.array(event, {error: 'must be a list'})),
    meta: z.optional(meta),
    attributes: z.optional(attributes),
  },
  {error: 'must be a map of path, select, meta and attributes'},
);

/** Reads what `json_alerts` holds once decoded; `report` is told what is wrong, never with a value. Nothing said is no alerts. */
export function parseAlerts(value: unknown, report: (message: string) => void): Readonly<Record<string, HaAlert>> {
  if (value === undefined || value === null) {
    return {};
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    report('must be a map');
    return {};
  }
  const entries = Object.entries(value).flatMap(([id, data]: [string, unknown]): [string, HaAlert][] => {
    const parsed = Alert.safeParse(data);
    if (!isValidId(id)) {
      report('has an alert whose name can be no id');
      return [];
    }
    if (parsed.success) {
      return [[id, parsed.data]];
    }
    const [issue] = parsed.error.issues;
    report(`has alert ${id}, in which ${describe(issue?.path ?? [])} ${issue?.message ?? 'is wrong'}`);
    return [];
  });
  return Object.fromEntries(entries);
}

/** Names within an alert are not repeated when they are the sender's own. */
function describe([field, name]: readonly PropertyKey[]): string {
  if (field === undefined) {
    return 'what it is';
  }
  return field === 'meta' && name !== undefined ? `meta ${String(name)}` : String(field);
}
