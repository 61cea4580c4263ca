import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base64url } from 'jose';
import { createIssuerKeys } from '../../../engine/server/auth/issuer-keys.ts';
import { errorOf, type Answer } from '../world.ts';
import { startIssuer, type Issuer } from './issuer.ts';
import { hashed, startAuthWorld, tokens, type AuthWorld } from './world.ts';

describe('JSON Web Tokens', () => {
  let issuer: Issuer;
  let world: AuthWorld;

  before(async () => {
    issuer = await startIssuer();
    world = await startAuthWorld({
      auth: {
        tokens: [{ name: 'ann', ...hashed(tokens.ann) }],
        jwt: { issuer: issuer.url, audience: 'engine', jwksUrl: `${issuer.url}/keys` },
      },
    });
  });
  after(async () => {
    await world.close();
    await issuer.close();
  });

  const runs = (token: string): Promise<Answer> => world.send(token, 'GET', '/runs');
  const now = (): number => Math.floor(Date.now() / 1000);

  it('of the issuer let in, and the keys are asked for once', async () => {
    expect(issuer.fetches()).to.equal(0);
    const token = await issuer.token();
    const answers = await Promise.all([runs(token), runs(token), runs(token)]);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
    expect(issuer.fetches()).to.equal(1);
  });

  it('stand beside tokens of the config, whose callers are others even of the same name', async () => {
    await world.send(tokens.ann, 'POST', '/agents/echo/hers', { message: 'hi' });
    expect((await world.send(await issuer.token(), 'GET', '/agents/echo/hers/sessions')).status).to.equal(
      404,
    );
  });

  it('name nobody who is somebody else: not a token of the config, not a role', async () => {
    const started = await world.engine.workflows.start('four_eyes', {}, { owner: 'token:zoe', by: 'zoe' });
    let open: readonly object[] = [];
    while (open.length === 0) open = await world.engine.approvals.list({ runId: started.runId });
    const path = `/approvals/${encodeURIComponent(`${started.runId}/ok`)}`;
    for (const claims of [{ sub: 'ann' }, { sub: 'role:boss' }, { sub: 'jwt:ann' }]) {
      const answer = await world.send(await issuer.token(claims), 'POST', path, { decision: 'approved' });
      expect([claims.sub, answer.status]).to.deep.equal([claims.sub, 404]);
    }
    // Whom only the issuer knows goes by the plain name.
    const bob = await world.send(await issuer.token({ sub: 'bob' }), 'POST', path, { decision: 'approved' });
    expect(bob.status).to.equal(200);
  });

  it('give the scopes of their claim, as a text or a list', async () => {
    for (const [scope, status] of [
      ['runs', 200],
      ['openid  runs profile', 200],
      [['runs'], 200],
      [['agents', 3, null], 403],
      ['RUNS', 403],
      [undefined, 403],
      [{ runs: true }, 403],
    ] as const)
      expect([scope, (await runs(await issuer.token({ scope }))).status]).to.deep.equal([scope, status]);
  });

  it('end the streams that they opened when they end, and the work goes on', async () => {
    const { body } = await world.send(await issuer.token(), 'POST', '/agents/echo/long/dispatch', {
      message: 'wait',
    });
    await world.reached;
    const path = `/submissions/${String(body['submissionId'])}/stream`;
    let token = '';
    let text = '';
    // One that ends before a busy machine has sent what is stored is of no use.
    while (!text.includes('event: turn_start')) {
      // A minute is given for clocks that differ.
      token = await issuer.token({ exp: now() - 58 });
      const response = await fetch(world.url + path, { headers: { authorization: `Bearer ${token}` } });
      expect(response.status).to.be.oneOf([200, 401]);
      text = await response.text();
    }
    expect(text).to.match(/retry: \d+\n\n$/);
    expect((await world.send(token, 'GET', path)).status).to.equal(401);
    const { state } = await world.engine.submissions.get(String(body['submissionId']));
    expect(state).to.equal('running');
  });

  it('are refused when what they claim does not hold', async () => {
    const cases: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      expired: { exp: now() - 61 },
      'not yet': { nbf: now() + 90 },
      'other audience': { aud: 'other' },
      'no audience': { aud: undefined },
      'other issuer': { iss: 'https://evil.example' },
      'no issuer': { iss: undefined },
      'no end': { exp: undefined },
      'end in words': { exp: 'never' },
      nobody: { sub: undefined },
      'empty name': { sub: '' },
      'name with a line': { sub: 'ann\nbob' },
      'number as a name': { sub: 7 },
    };
    for (const [name, claims] of Object.entries(cases)) {
      const { status, headers } = await runs(await issuer.token(claims));
      expect([name, status, headers.get('www-authenticate')]).to.deep.equal([
        name,
        401,
        'Bearer error="invalid_token"',
      ]);
    }
    expect(errorOf(await runs(await issuer.token({ exp: now() - 61 })))).to.deep.equal({
      type: 'unauthorized',
      message: 'the token has expired',
    });
    expect(errorOf(await runs(await issuer.token({ aud: 'other' })))['message']).to.equal(
      'the claim "aud" of the token is not valid: "other"',
    );
    expect(errorOf(await runs(await issuer.token({ iss: `${issuer.url}/` })))['message']).to.equal(
      `the claim "iss" of the token is not valid: "${issuer.url}/"`,
    );
  });

  it('have a minute for clocks that differ', async () => {
    expect((await runs(await issuer.token({ exp: now() - 50 }))).status).to.equal(200);
    expect((await runs(await issuer.token({ nbf: now() + 50 }))).status).to.equal(200);
  });

  it('that nobody signed, or that are signed with what is public, are refused', async () => {
    const claims = base64url.encode(
      JSON.stringify({ iss: issuer.url, aud: 'engine', sub: 'ann', exp: now() + 300, scope: 'runs' }),
    );
    for (const alg of ['none', 'None', 'nOnE', 'NONE', ''])
      for (const signature of ['', 'AAAA'])
        expect(
          (await runs(`${base64url.encode(JSON.stringify({ alg }))}.${claims}.${signature}`)).status,
        ).to.equal(401);
    const jwk = await issuer.publicKey();
    for (const secret of [JSON.stringify(jwk), String(jwk.n), JSON.stringify({ keys: [jwk] })]) {
      const key = new TextEncoder().encode(secret);
      expect((await runs(await issuer.token({}, { alg: 'HS256' }, key))).status).to.equal(401);
    }
    const good = await issuer.token();
    const [head = '', , tail = ''] = good.split('.');
    expect((await runs(`${head}.${claims}.${tail}`)).status).to.equal(401);
    for (const broken of ['a.b.c', '..', 'a.b', `${good}.x`, `${good}.a.b`, `${head}.${claims}.`])
      expect([broken, (await runs(broken)).status]).to.deep.equal([broken, 401]);
  });

  it('do not say where their key is found', async () => {
    let asked = 0;
    const evil = await startIssuer();
    const listener = createServer((_request, response) => {
      asked += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    try {
      const jwk = await evil.publicKey();
      for (const header of [
        { jku: `${evil.url}/keys` },
        { jku: url },
        { x5u: url },
        { jwk },
        { kid: 'key-0', jwk },
        { kid: '../../../../dev/null' },
        { kid: "x' OR 1=1 --" },
        { kid: url },
        { kid: '' },
        { kid: 7 },
        { crit: ['exp'] },
        { b64: false, crit: ['b64'] },
      ]) {
        const token = await evil
          .token({ iss: issuer.url }, header)
          .catch(() => `${base64url.encode(JSON.stringify({ alg: 'RS256', ...header }))}.e30.AAAA`);
        expect([header, (await runs(token)).status]).to.deep.equal([header, 401]);
      }
      expect([asked, evil.fetches()]).to.deep.equal([0, 0]);
    } finally {
      listener.close();
      await evil.close();
    }
  });

  it('that are long are refused unread', async () => {
    const before = issuer.fetches();
    expect((await runs(await issuer.token({ padding: 'x'.repeat(5000) }))).status).to.equal(401);
    expect(issuer.fetches()).to.equal(before);
  });
});

describe('the keys of an issuer', () => {
  let issuer: Issuer;
  let time = 0;

  beforeEach(async () => {
    issuer = await startIssuer();
    time = 1_000_000;
  });
  afterEach(() => issuer.close());

  /** What becomes of a key that is asked for: its type, or the code of what is thrown. */
  async function outcome(keys: ReturnType<typeof createIssuerKeys>, kid: string): Promise<string> {
    try {
      const key = await keys({ alg: 'RS256', kid }, { payload: '', signature: '' });
      return 'type' in key ? key.type : 'other';
    } catch (thrown) {
      return String((thrown as { code?: unknown }).code);
    }
  }
  const unknown = 'ERR_JWKS_NO_MATCHING_KEY';

  it('are asked for once more when a token names a new one, and not for every token', async () => {
    const keys = createIssuerKeys(issuer.url, () => time);
    expect(await outcome(keys, 'key-0')).to.equal('public');
    await issuer.rotate();
    const many = await Promise.all(Array.from({ length: 20 }, () => outcome(keys, 'key-1')));
    expect(many).to.deep.equal(Array.from({ length: 20 }, () => 'public'));
    expect(issuer.fetches()).to.equal(2);
  });

  it('are had at once when they change right after a token named one that there is not', async () => {
    const keys = createIssuerKeys(issuer.url, () => time);
    expect(await outcome(keys, 'key-0')).to.equal('public');
    for (let count = 0; count < 20; count += 1) expect(await outcome(keys, 'made-up')).to.equal(unknown);
    expect(issuer.fetches()).to.equal(2);
    await issuer.rotate();
    expect(await outcome(keys, 'key-1')).to.equal('public');
    expect(issuer.fetches()).to.equal(3);
  });

  it('are had within 15 seconds while tokens name one after the other that there is not', async () => {
    const keys = createIssuerKeys(issuer.url, () => time);
    expect(await outcome(keys, 'key-0')).to.equal('public');
    for (let count = 0; count < 50; count += 1)
      expect(await outcome(keys, `made-up-${count}`)).to.equal(unknown);
    expect(issuer.fetches()).to.equal(3);
    await issuer.rotate();
    expect(await outcome(keys, 'key-1')).to.equal(unknown);
    time += 15_000;
    expect(await outcome(keys, 'made-up-50')).to.equal(unknown);
    expect(await outcome(keys, 'key-1')).to.equal('public');
    expect(issuer.fetches()).to.equal(4);
    for (let seconds = 0; seconds < 600; seconds += 1) {
      time += 1_000;
      expect(await outcome(keys, `other-${seconds}`)).to.equal(unknown);
    }
    expect(issuer.fetches()).to.be.within(43, 45);
  });

  it('go on while the issuer is down, and unknown ones stay unknown', async () => {
    const keys = createIssuerKeys(issuer.url, () => time);
    expect(await outcome(keys, 'key-0')).to.equal('public');
    issuer.answer({ status: 500, body: 'down' });
    for (let hours = 0; hours < 5; hours += 1) {
      time += 3_600_000;
      expect(await outcome(keys, 'key-0')).to.equal('public');
      expect(await outcome(keys, 'other')).to.equal(unknown);
    }
    expect(issuer.fetches()).to.equal(6);
  });

  it('that could never be had are asked for again after a while', async () => {
    const keys = createIssuerKeys(issuer.url, () => time);
    for (const reply of [
      { status: 500, body: 'down' },
      { status: 200, body: 'no json' },
      { status: 200, body: '{}' },
      { status: 200, body: '{"keys":"x"}' },
      { status: 200, body: JSON.stringify({ keys: [], padding: 'x'.repeat(300_000) }) },
      { status: 302, body: '', location: `${issuer.url}/elsewhere` },
    ]) {
      issuer.answer(reply);
      const before = issuer.fetches();
      for (let count = 0; count < 5; count += 1)
        expect(await outcome(keys, 'key-0')).to.equal('issuer_unavailable');
      expect(issuer.fetches()).to.equal(before + 1);
      time += 31_000;
    }
    issuer.answer(undefined);
    expect(await outcome(keys, 'key-0')).to.equal('public');
  });

  it('that cannot be had at all are no fault of the caller', async () => {
    const world = await startAuthWorld({
      auth: { jwt: { issuer: issuer.url, audience: 'engine', jwksUrl: `${issuer.url}/keys` } },
    });
    try {
      const token = await issuer.token();
      issuer.answer({ status: 503, body: '' });
      const { status, body } = await world.send(token, 'GET', '/runs');
      expect([status, errorOf({ body })['type']]).to.deep.equal([503, 'issuer_unavailable']);
    } finally {
      await world.close();
    }
  });
});
