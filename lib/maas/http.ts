import http from 'node:http';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the start of the request to the end of the answer, in milliseconds. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** By name in small letters; absent where nobody asks for them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request. Rejects when there is no whole answer, or none in time; any status is an answer. Redirects are not followed. */
export type SendHttp = (request: HttpRequest) => Promise<HttpAnswer>;

/** The list of a thousand machines is some megabytes; more is no answer of MAAS. */
const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

/** Over the network, without a proxy: fencing talks to MAAS itself. TLS certificates are checked. */
export const sendHttp: SendHttp = async (request) => {
  // What TLS needs takes longer to load than all the rest, and most MAAS are reached by HTTP.
  const {request: start} = request.url.protocol === 'https:' ? await import('node:https') : http;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(request.timeoutMs);
    const {method, headers} = request;
    // One connection for each request: a kept one may have died with its MAAS.
    const sent = start(request.url, {method, headers, signal, agent: false}, (answer) => {
      readAnswer(answer).then(resolve, fail);
    });
    const fail = (error: Error): void => {
      sent.destroy();
      reject(signal.aborted ? new Error(`no answer within ${request.timeoutMs / 1000} s`) : error);
    };
    sent.on('error', fail);
    sent.end(request.body);
  });
};

function readAnswer(answer: http.IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > LARGEST_ANSWER_BYTES) {
        reject(new Error(`the answer is larger than ${LARGEST_ANSWER_BYTES} bytes`));
      }
    });
    answer.on('error', reject);
    answer.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      resolve({status: answer.statusCode ?? 0, body, headers: getHeaders(answer)});
    });
  });
}

/** One that came several times is one text, as in RFC 9110. */
function getHeaders({headers}: http.IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
