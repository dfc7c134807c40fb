import assert from 'node:assert/strict';
import {createServer, type AddressInfo, createConnection, type Socket} from 'node:net';

import fc from 'fast-check';

import {createLink} from './link.ts';
import {isClientMessage, isServerMessage, type ClientMessage, type ServerMessage} from './messages.ts';

const text = fc.string({unit: 'binary'});
const texts = fc.array(text, {maxLength: 4});
/** What JSON gives back equal. */
const record = <T>(fields: {[K in keyof T]: fc.Arbitrary<T[K]>}): fc.Arbitrary<T> =>
  fc.record(fields, {noNullPrototype: true});
const call = record({
  argv: texts,
  cwd: text,
  environment: fc.dictionary(text, text, {noNullPrototype: true}),
  charmFolders: texts,
  isTerminal: fc.boolean(),
});
const fromClient: fc.Arbitrary<ClientMessage> = fc.oneof(
  record({kind: fc.constant('call' as const), call}),
  record({kind: fc.constant('line' as const), text: fc.option(text)}),
  record({kind: fc.constant('abort' as const)}),
  record({kind: fc.constant('detached' as const), status: fc.nat()}),
  record({kind: fc.constant('stop' as const)}),
);
const fromServer: fc.Arbitrary<ServerMessage> = fc.oneof(
  record({kind: fc.constant('hello' as const), protocol: fc.nat(), version: text, pid: fc.nat()}),
  record({kind: fc.constantFrom('write' as const, 'warn' as const), text}),
  record({kind: fc.constant('ask' as const)}),
  record({kind: fc.constant('attach' as const), command: texts}),
  record({kind: fc.constant('end' as const), status: fc.nat()}),
);

describe('messages between the command and a controller', () => {
  it('are known as what they are, and not as those of the other side', () => {
    fc.assert(fc.property(fromClient, (message) => isClientMessage(message) && !isServerMessage(message)));
    fc.assert(fc.property(fromServer, (message) => isServerMessage(message) && !isClientMessage(message)));
  });

  it('are nothing when any field is missing or of another type', () => {
    const spoil = (message: object, field: string): object => ({...message, [field]: {}});
    fc.assert(
      fc.property(fc.oneof(fromClient, fromServer), (message) => {
        for (const field of Object.keys(message)) {
          assert.ok(!isClientMessage(spoil(message, field)) && !isServerMessage(spoil(message, field)), field);
        }
      }),
    );
    fc.assert(fc.property(fc.anything(), (value) => !isServerMessage(value) || typeof value === 'object'));
  });
});

/** The two ends of a connection. */
async function connectPair(): Promise<{readonly left: Socket; readonly right: Socket; readonly close: () => void}> {
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const left = createConnection(port, '127.0.0.1');
  return {left, right: await accepted, close: () => server.close()};
}

describe('a link', () => {
  it('brings every message once and in order, also those from before anybody listened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fromServer, {maxLength: 20}), async (messages) => {
        const {left, right, close} = await connectPair();
        const sender = createLink<ServerMessage, ClientMessage>(left, isClientMessage);
        const receiver = createLink<ClientMessage, ServerMessage>(right, isServerMessage);
        for (const message of messages) sender.send(message);
        sender.close();
        await new Promise((resolve) => setImmediate(resolve));
        const got: ServerMessage[] = [];
        receiver.onMessage((message) => got.push(message));
        assert.equal(await receiver.ended, null);
        assert.deepEqual(got, messages);
        close();
      }),
      {numRuns: 30},
    );
  });

  it('ends with the reason when something arrives that is no message', async () => {
    for (const [bytes, reason] of [
      [Buffer.from([0, 0, 0, 2, 0x7b, 0x7d]), /not understood/],
      [Buffer.from([0, 0, 0, 1, 0x7b]), /JSON/],
      [Buffer.from([0xff, 0, 0, 0]), /too large/],
    ] as const) {
      const {left, right, close} = await connectPair();
      const receiver = createLink<ClientMessage, ServerMessage>(right, isServerMessage);
      left.on('error', () => undefined);
      left.write(bytes);
      assert.match((await receiver.ended) ?? '', reason);
      close();
    }
  });
});
