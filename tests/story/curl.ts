import type {TechnicianRoom} from '#local';

/** What is asked of a web server. The body is JSON text. */
export interface WebRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WebAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Asks, and gives the answer; null when there was none in time. */
export type Ask = (request: WebRequest) => Promise<WebAnswer | null>;

const PATIENCE_S = 20;

/** Asks from inside a machine, whose networks the services answer in. All that is secret goes to curl's standard input. */
export function createCurl(room: Pick<TechnicianRoom, 'run'>, machine: string): Ask {
  return async (request) => {
    const {exitCode, stdout} = await room.run(machine, ['curl', '--config', '-'], {
      stdin: renderCurlConfig(request),
      timeoutMs: (PATIENCE_S + 5) * 1000,
    });
    return exitCode === 0 ? parseCurlOutput(stdout) : null;
  };
}

/** A file of curl's options (curl(1), --config): values in quotes, in which backslash, quote and line feed are escaped. */
export function renderCurlConfig({method, url, headers, body}: WebRequest): string {
  const options = [
    ['url', url],
    ['request', method],
    ...Object.entries(headers).map(([name, value]) => ['header', `${name}: ${value}`]),
    ['max-time', String(PATIENCE_S)],
    ...(body === undefined ? [] : [['data-raw', body]]),
  ];
  const lines = options.map(([name = '', value = '']) => `${name} = "${escapeValue(value)}"`);
  return ['silent', 'show-error', 'include', ...lines, ''].join('\n');
}

function escapeValue(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
}

/** What `curl --include` printed: the last block of headers (interim ones, 1xx, come before it) and the body. Null for anything else. */
export function parseCurlOutput(text: string): WebAnswer | null {
  const end = text.search(/\r?\n\r?\n/);
  const head = end < 0 ? text : text.slice(0, end);
  const rest = end < 0 ? '' : text.slice(end).replace(/^\r?\n\r?\n/, '');
  const [first = '', ...lines] = head.split(/\r?\n/);
  const [, code] = /^HTTP\/[\d.]+ (\d{3})\b/.exec(first) ?? [];
  if (code === undefined) return null;
  if (code.startsWith('1')) return parseCurlOutput(rest);
  return {status: Number(code), headers: parseHeaders(lines), body: rest};
}

function parseHeaders(lines: readonly string[]): Readonly<Record<string, string>> {
  const pairs = lines.flatMap((line): [string, string][] => {
    const [, name, value = ''] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name.toLowerCase(), value.trimEnd()]];
  });
  return Object.fromEntries(pairs);
}
