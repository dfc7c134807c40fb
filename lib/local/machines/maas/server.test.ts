import assert from 'node:assert/strict';
import {createServer, type Server} from 'node:http';

import fc from 'fast-check';

import {
  createMaasClient,
  ensurePower,
  findMachine,
  getAuthorization,
  MaasError,
  sendHttp,
  type MaasClient,
  type MaasPower,
} from '#maas';

import {isAuthorized} from './authorization.ts';
import {createMaasServer, getSystemId, type MaasFault, type ServedRequest} from './server.ts';

const KEY = {consumer: 'con', token: 'tok', secret: 's%c&t'};
const GOOSE = {id: '4', hostname: 'tidy-goose'};
const CRAB = {id: '5', hostname: 'keen-crab'};

describe('the MAAS of the machines cloud', () => {
  let server: Server;
  let power: Record<string, MaasPower>;
  let interfere: (request: ServedRequest) => MaasFault | null;
  let failures: unknown[];

  beforeEach(async () => {
    power = {[GOOSE.id]: 'on', [CRAB.id]: 'off'};
    interfere = () => null;
    failures = [];
    server = createServer(
      createMaasServer({
        apiKey: Object.values(KEY).join(':'),
        interfere: (request) => interfere(request),
        onFailure: (error) => failures.push(error),
        power: {
          list: () => Promise.resolve([GOOSE, CRAB]),
          powerOn: (id) => (id === CRAB.id ? Promise.reject(new Error('does not boot')) : setPower(id, 'on')),
          powerOff: (id) => (id === CRAB.id ? Promise.reject(new Error('no such cable')) : setPower(id, 'off')),
          getPower: (id) => Promise.resolve(power[id] ?? 'unknown'),
        },
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function setPower(id: string, state: MaasPower): Promise<void> {
    power[id] = state;
    return Promise.resolve();
  }

  const clock = {now: Date.now, sleep: () => Promise.resolve()};

  function connect(key = KEY, patienceMs = 20_000): MaasClient {
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const url = `http://127.0.0.1:${address.port}/MAAS`;
    return createMaasClient({url, key, send: sendHttp, clock, nonce: () => 'n', deadline: Date.now() + patienceMs});
  }

  it('lists its machines, all or by name, with ids that stay', async () => {
    const machine = {systemId: getSystemId(GOOSE), hostname: 'tidy-goose', fqdn: 'tidy-goose.maas'};
    assert.match(machine.systemId, /^[a-z0-9]{6}$/);
    assert.deepEqual(await connect().listMachines({hostname: 'tidy-goose'}), [machine]);
    assert.equal((await connect().listMachines()).length, 2);
    assert.deepEqual(await connect().listMachines({hostname: 'goose'}), []);
    assert.equal(await connect().whoAmI(), 'admin');
  });

  it('switches off and on for real', async () => {
    const work = {client: connect(), clock, deadline: Date.now() + 20_000};
    const machine = await findMachine(work, 'tidy-goose');
    assert.equal(await ensurePower(work, machine, 'off'), 'was switched');
    assert.equal(power[GOOSE.id], 'off');
    assert.equal(await ensurePower(work, machine, 'on'), 'was switched');
    assert.equal(power[GOOSE.id], 'on');
  });

  it('says what went wrong with the power', async () => {
    await assert.rejects(connect().powerOff(getSystemId(CRAB)), /with 503: no such cable/);
    await connect().powerOn(getSystemId(CRAB));
    assert.deepEqual(failures.map(String), ['Error: does not boot']);
  });

  it('answers only who has the key', async () => {
    for (const wrong of [{consumer: 'x'}, {token: 'x'}, {secret: 'x'}, {secret: 's%25c&t'}]) {
      const client = connect({...KEY, ...wrong});
      const isUnauthorised = (error: unknown): boolean => error instanceof MaasError && error.kind === 'unauthorised';
      await assert.rejects(client.whoAmI(), isUnauthorised);
      await assert.rejects(client.powerOff(getSystemId(GOOSE)), isUnauthorised);
    }
    assert.equal(power[GOOSE.id], 'on');
  });

  it('knows no other machine', async () => {
    await assert.rejects(connect().getPowerState('zzzzzz'), /404: No Machine matches the given query\./);
  });

  it('plays faults', async () => {
    interfere = ({operation}) =>
      operation === 'query_power_state' ? {kind: 'answer', status: 503, body: 'busy'} : null;
    await assert.rejects(connect().getPowerState(getSystemId(GOOSE)), /with 503: busy/);
    await connect().whoAmI();
    interfere = () => ({kind: 'reset'});
    await assert.rejects(connect().whoAmI(), /does not answer: /);
    interfere = () => ({kind: 'silence'});
    await assert.rejects(connect(KEY, 300).whoAmI(), /does not answer: no answer within 0\.\d+ s/);
  });
});

describe('an Authorization header', () => {
  const part = fc.string({unit: fc.constantFrom(...Array.from('aZ0!"%&\'()*+,/;=~')), minLength: 1});
  const key = fc.record({consumer: part, token: part, secret: part});

  it('is taken when it is of the same key, and of no other', () => {
    fc.assert(
      fc.property(key, key, part, (mine, theirs, nonce) => {
        const header = getAuthorization(mine, {nonce, timestamp: 1000});
        assert.equal(isAuthorized(header, mine, 1100), true);
        assert.equal(isAuthorized(header, theirs, 1100), JSON.stringify(mine) === JSON.stringify(theirs));
      }),
    );
  });

  it('is refused when it is old, of another kind, or none', () => {
    const mine = {consumer: 'a', token: 'b', secret: 'c'};
    const header = getAuthorization(mine, {nonce: 'n', timestamp: 1000});
    assert.equal(isAuthorized(header, mine, 1301), false);
    assert.equal(isAuthorized(undefined, mine, 1000), false);
    assert.equal(isAuthorized(header.replace('OAuth', 'Basic'), mine, 1000), false);
    assert.equal(isAuthorized(header.replace('PLAINTEXT', 'HMAC-SHA1'), mine, 1000), false);
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(isAuthorized(text, mine, 1000), false);
        assert.equal(isAuthorized(`OAuth ${text}`, mine, 1000), false);
      }),
    );
  });
});
