import * as z from 'zod/mini';

/** What is wrong with one key of some input. It never holds the value: that may be a secret. */
export interface Problem {
  readonly key: string;
  readonly message: string;
}

/** Input that passed its schema, or everything that is wrong with it. */
export type Parsed<T> =
  {readonly ok: true; readonly value: T} | {readonly ok: false; readonly problems: readonly Problem[]};

/** A parser for a flat map: the charm's config, or one databag. */
export type Parse<T> = (raw: Readonly<Record<string, unknown>>) => Parsed<T>;

/**
 * A parser from a zod schema. Messages say what was expected and, at most, the type that came, never the value.
 * The result type is no bare function, or TypeScript would infer it only after the decision that is to be typed by it.
 */
export function parseWith<T>(schema: z.ZodMiniType<T>): Parse<T> & object {
  return (raw) => {
    const result = z.safeParse(schema, raw, {error: describeIssue});
    if (result.success) {
      return {ok: true, value: result.data};
    }
    const problems = result.error.issues.map(({path, message}) => ({
      key: path.map(String).join('.'),
      message,
    }));
    return {ok: false, problems};
  };
}

/** Accepts any map as it is: for an endpoint whose data the charm does not read. */
export const parseNothing: Parse<Readonly<Record<string, unknown>>> = (raw) => ({ok: true, value: raw});

/** A field that holds JSON text, as charms.reactive and the hacluster interface write theirs. */
export function jsonField<T>(schema: z.ZodMiniType<T>): z.ZodMiniType<T> {
  const decode = z.transform<string, unknown>((text, context) => {
    try {
      const value: unknown = JSON.parse(text);
      return value;
    } catch {
      context.issues.push({code: 'custom', message: 'must be JSON', input: undefined});
      return z.NEVER;
    }
  });
  return z.pipe(z.pipe(z.string(), decode), schema);
}

interface Issue {
  readonly code?: string;
  readonly expected?: unknown;
  readonly values?: readonly unknown[];
  readonly message?: string | undefined;
  readonly input?: unknown;
}

function describeIssue(issue: Issue): string {
  if (issue.message !== undefined && issue.message !== '') {
    return issue.message;
  }
  if (issue.input === undefined) {
    return 'is missing';
  }
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${article(String(issue.expected))}`;
    case 'invalid_value':
      return `must be one of ${(issue.values ?? []).map(String).join(', ')}`;
    default:
      return 'is not valid';
  }
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}
