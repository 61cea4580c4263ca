import { expect } from 'chai';
import { request } from 'node:http';
import { Problem } from '../../../engine/core/problem.ts';
import { errorOf } from '../world.ts';
import { hashed, startAuthWorld, tokens, type AuthWorld } from './world.ts';

describe('bearer tokens', () => {
  let world: AuthWorld;

  before(async () => {
    world = await startAuthWorld();
  });
  after(() => world.close());

  it('let in who has one, whether the config has its hash or its secret', async () => {
    for (const token of [tokens.ann, tokens.bob]) {
      const { status, body } = await world.send(token, 'POST', `/agents/echo/${token.slice(0, 3)}`, {
        message: 'hi',
      });
      expect(status).to.equal(200);
      expect(body['result']).to.include({ text: 'You said: hi' });
    }
  });

  it('are asked for before anything is said of what there is', async () => {
    for (const path of ['/agents', '/nothing', '/agents/none/x', '/%', '/runs/x/y/z']) {
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'PATCH']) {
        const { status, headers, body } = await world.send(undefined, method, path);
        expect([method, path, status]).to.deep.equal([method, path, 401]);
        expect(headers.get('www-authenticate')).to.equal('Bearer');
        expect(headers.get('allow')).to.equal(null);
        expect(errorOf({ body })).to.deep.equal({
          type: 'unauthorized',
          message: 'sign in with a bearer token in the header "Authorization"',
        });
      }
    }
    expect((await world.send(tokens.ann, 'GET', '/nothing')).status).to.equal(404);
    expect((await world.send(tokens.ann, 'DELETE', '/agents')).status).to.equal(405);
  });

  it('are not asked for at /health and /ready', async () => {
    for (const path of ['/health', '/ready'])
      for (const token of [undefined, 'wrong'])
        expect((await world.send(token, 'GET', path)).status).to.equal(200);
  });

  it('that are wrong, of another scheme, or malformed are refused', async () => {
    const cases: readonly (readonly [header: string, challenge: string])[] = [
      ['Bearer wrong-0123456789abcdef', 'Bearer error="invalid_token"'],
      [`Bearer ${tokens.ann}x`, 'Bearer error="invalid_token"'],
      [`Bearer ${tokens.ann.toUpperCase()}`, 'Bearer error="invalid_token"'],
      ['Bearer ', 'Bearer error="invalid_token"'],
      ['Bearer', 'Bearer error="invalid_token"'],
      [`Bearer ${tokens.ann} ${tokens.bob}`, 'Bearer error="invalid_token"'],
      [`Basic ${Buffer.from(`ann:${tokens.ann}`).toString('base64')}`, 'Bearer'],
      [tokens.ann, 'Bearer'],
      [`Token ${tokens.ann}`, 'Bearer'],
      [`Bearer ${'a'.repeat(5000)}`, 'Bearer error="invalid_token"'],
    ];
    for (const [authorization, challenge] of cases) {
      const { status, headers } = await world.send(undefined, 'GET', '/agents', undefined, { authorization });
      expect([authorization, status, headers.get('www-authenticate')]).to.deep.equal([
        authorization,
        401,
        challenge,
      ]);
    }
    expect(
      (await world.send(undefined, 'GET', '/agents', undefined, { authorization: `bearer ${tokens.ann}` }))
        .status,
    ).to.equal(200);
  });

  it('are refused when there are two, whichever is the right one', async () => {
    for (const pair of [
      [`Bearer ${tokens.ann}`, 'Bearer wrong'],
      ['Bearer wrong', `Bearer ${tokens.ann}`],
    ]) {
      const answer = await new Promise<[status: number | undefined, text: string]>((resolve, reject) => {
        const { hostname, port } = new URL(world.url);
        const headers = ['Host', `${hostname}:${port}`, ...pair.flatMap((value) => ['Authorization', value])];
        request({ hostname, port, path: '/agents', headers }, (response) => {
          let text = '';
          response.on('data', (piece: Buffer) => (text += piece.toString()));
          response.on('end', () => resolve([response.statusCode, text]));
        })
          .on('error', reject)
          .end();
      });
      expect(answer[0]).to.equal(401);
      expect(errorOf({ body: JSON.parse(answer[1]) as Record<string, unknown> })).to.deep.include({
        type: 'unauthorized',
        message: 'there is more than one header "Authorization"',
      });
    }
  });

  it('are not read from the address, and not logged from there', async () => {
    world.log.length = 0;
    for (const name of ['access_token', 'token', 'api_key']) {
      for (const token of [undefined, tokens.ann]) {
        const { status } = await world.send(token, 'GET', `/agents?${name}=${tokens.ann}`);
        expect(status).to.equal(401);
      }
    }
    expect(world.log).to.have.length(6);
    expect(JSON.stringify(world.log)).not.to.contain(tokens.ann);
  });

  it('without the scope that a route wants are refused, with its name', async () => {
    const { status, headers, body } = await world.send(tokens.reader, 'POST', '/agents/echo/x', {
      message: 'hi',
    });
    expect(status).to.equal(403);
    expect(headers.get('www-authenticate')).to.equal('Bearer error="insufficient_scope", scope="agents"');
    expect(errorOf({ body })).to.deep.equal({
      type: 'forbidden',
      message: 'this needs a token with the scope "agents"; yours has "runs"',
      details: { scope: 'agents' },
    });
    expect((await world.send(tokens.reader, 'GET', '/runs')).status).to.equal(200);
  });

  it('with the scope admin alone read everything and change nothing', async () => {
    for (const path of ['/runs', '/approvals', '/submissions', '/agents'])
      expect((await world.send(tokens.none, 'GET', path)).status).to.equal(200);
    expect((await world.send(tokens.none, 'POST', '/workflows/plain', {})).status).to.equal(403);
    expect((await world.send(tokens.none, 'POST', '/agents/echo/x', { message: 'hi' })).status).to.equal(403);
  });

  it('that are for some agents and workflows know of no others', async () => {
    const send = (method: string, path: string, body?: unknown) =>
      world.send(tokens.narrow, method, path, body);
    expect((await send('POST', '/agents/echo/narrow', { message: 'hi' })).status).to.equal(200);
    expect((await send('POST', '/workflows/plain', {})).status).to.equal(202);
    const unknown = errorOf(await send('POST', '/agents/nowhere/x', { message: 'hi' }));
    const other = errorOf(await send('POST', '/agents/other/x', { message: 'hi' }));
    expect(JSON.stringify(other)).to.equal(JSON.stringify(unknown).replace('nowhere', 'other'));
    expect(errorOf(await send('POST', '/workflows/hidden', {}))).to.deep.equal({
      type: 'workflow_not_found',
      message: 'no workflow "hidden"; expected one of "plain"',
    });
    expect((await send('GET', '/agents/other')).status).to.equal(404);
    expect((await send('GET', '/workflows/hidden')).status).to.equal(404);
    const { agents } = (await send('GET', '/agents')).body as { agents: { name: string }[] };
    expect(agents.map(({ name }) => name)).to.deep.equal(['echo']);
    const { workflows } = (await send('GET', '/workflows')).body as { workflows: { name: string }[] };
    expect(workflows.map(({ name }) => name)).to.deep.equal(['plain']);
    const { body: api } = await send('GET', '/openapi.json');
    expect(JSON.stringify(api)).not.to.contain('/agents/other').and.not.to.contain('hidden');
  });

  it('of operators that are for some agents and workflows neither fire nor hear of what is for others', async () => {
    const fired = (token: string, name: string) =>
      world.send(token, 'POST', `/schedules/${name}/trigger`, {});
    const [others, none] = [await fired(tokens.narrowRoot, 'nightly'), await fired(tokens.narrowRoot, 'no')];
    expect([others.status, errorOf(others)]).to.deep.equal([
      404,
      { type: 'not_found', message: 'no schedule "nightly"' },
    ]);
    expect(errorOf(none)).to.deep.equal({ type: 'not_found', message: 'no schedule "no"' });
    expect((await fired(tokens.root, 'nightly')).status).to.equal(202);
    expect((await world.send(tokens.narrowRoot, 'GET', '/metrics')).status).to.equal(403);
    expect((await world.send(tokens.root, 'GET', '/metrics')).status).to.equal(200);
  });

  it('of the same name are one caller, so that a new one can replace an old one', async () => {
    const [old, fresh] = ['old-0123456789abcdef', 'new-0123456789abcdef'];
    const twice = await startAuthWorld({
      auth: {
        tokens: [
          { name: 'app', ...hashed(old) },
          { name: 'app', ...hashed(fresh) },
        ],
      },
    });
    try {
      await twice.send(old, 'POST', '/agents/echo/mine', { message: 'hi' });
      expect((await twice.send(fresh, 'POST', '/agents/echo/mine', { message: 'hi' })).status).to.equal(200);
    } finally {
      await twice.close();
    }
  });

  it('that are unset or could be guessed keep the server from starting', async () => {
    const started = async (tokensOf: object[], env: string): Promise<Problem> => {
      try {
        const bad = await startAuthWorld({ auth: { tokens: tokensOf }, env: { BOB_TOKEN: env } });
        await bad.close();
      } catch (thrown) {
        if (thrown instanceof Problem) return thrown;
        throw thrown;
      }
      throw new Error('it started');
    };
    const unset = await started([{ name: 'bob', secret: 'BOB_TOKEN' }], '');
    expect([unset.code, unset.message]).to.deep.equal([
      'missing_secret',
      'the token "bob" of server.auth is in the secret "BOB_TOKEN", which is not set',
    ]);
    const short = await started([{ name: 'bob', secret: 'BOB_TOKEN' }], 'short');
    expect([short.code, short.message]).to.deep.equal([
      'invalid_project',
      'the token "bob" of server.auth has 5 characters, and needs at least 16; "engine token" makes one',
    ]);
  });
});
