import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { redirectRequest } from '../../engine/adapters/tools/http-redirect.ts';
import { signed } from '../../engine/adapters/tools/sign.ts';
import type { Engine, EngineOptions } from '../../engine/api.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { createEngine } from '../../engine/engine.ts';
import { findingsOf, programOf, projectOf, temporaryFolder, type Files } from '../fakes/project.ts';
import { childProgram } from './kills/child-program.ts';

interface Got {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const secret = 'whsec_c2lnbmVkLXdpdGgtdGhpcy1zZWNyZXQtMDAwMQ==';
const old = 'whsec_YW5kLXRoaXMtaXMtdGhlLW9uZS1iZWZvcmUtaXQ=';
const env = { HOOK: secret, OLD: old };

const text = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

function only([first, ...others]: readonly Got[]): Got {
  if (first === undefined || others.length > 0) throw new Error(`${others.length} more requests`);
  return first;
}

const idOf = ({ headers }: Got): string => headers['webhook-id'] ?? '';

describe('requests that are signed', function () {
  this.timeout(120_000);
  const servers: Server[] = [];
  let engine: Engine | undefined;

  afterEach(async () => {
    await engine?.close();
    engine = undefined;
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A receiver on loopback that remembers its requests. */
  async function receiver(
    answer: (response: ServerResponse, count: number) => void = (response) => void response.end('{}'),
  ): Promise<{ readonly url: string; readonly got: Got[] }> {
    const got: Got[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        got.push({ path: request.url ?? '', headers: text(request.headers), body });
        answer(response, got.length);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
  }

  const workflow = (url: string, more = '', sign = '{ secret: HOOK }'): Files => ({
    'engine.yaml': 'name: calls\nmodel: script/m\nsecrets: { HOOK: {}, OLD: {} }\n',
    'src/models/m.yaml': 'default: { text: done }\n',
    'src/workflows/call.yaml': `inputSchema: { type: object, properties: { say: { type: string } } }
steps:
  - id: back
    http:
      method: POST
      url: ${url}/back
      body: { said: '\${{ input.say }}', name: "Zoë \u2713" }
      sign: ${sign}
${more}`,
  });

  async function run(files: Files, options: EngineOptions = {}) {
    const events: EngineEvent[] = [];
    engine = await createEngine({
      program: await programOf(files),
      store: 'memory',
      env,
      observers: [(event) => void events.push(event)],
      ...options,
    });
    const { runId } = await engine.workflows.start('call', { say: 'it is done' });
    return { runId, record: await engine.runs.wait(runId), events };
  }

  it('are accepted by a verifier of Standard Webhooks, and refused with one bit changed', async () => {
    const { url, got } = await receiver();
    const { record } = await run(workflow(url));
    expect(record.state).to.equal('succeeded');
    const { headers, body } = only(got);
    const webhook = new Webhook(secret);
    expect(webhook.verify(body, headers)).to.deep.equal({ said: 'it is done', name: 'Zoë ✓' });
    expect(headers['webhook-id']).to.match(/^msg_[0-9a-f]{32}$/);
    const flipped = Buffer.from(body);
    flipped[10] = (flipped[10] ?? 0) ^ 1;
    expect(() => webhook.verify(flipped, headers)).to.throw('No matching signature');
    expect(() => new Webhook(old).verify(body, headers)).to.throw('No matching signature');
  });

  it('carry a signature of each secret', async () => {
    const { url, got } = await receiver();
    await run(workflow(url, '', '{ secret: [HOOK, OLD], scheme: standard-webhooks }'));
    const { headers, body } = only(got);
    expect(headers['webhook-signature']?.split(' ')).to.have.length(2);
    for (const one of [secret, old]) new Webhook(one).verify(body, headers);
  });

  it('keep their id when they are tried again, and say the time of each attempt', async () => {
    const { url, got } = await receiver((response, count) => {
      if (count < 3) response.statusCode = 500;
      response.end('{}');
    });
    const retry = '    retry: { maxAttempts: 5, delay: 1100ms, backoff: fixed }\n';
    const { record } = await run(workflow(url, retry));
    expect(record.state).to.equal('succeeded');
    expect(got).to.have.length(3);
    expect(new Set(got.map(idOf)).size).to.equal(1);
    expect(new Set(got.map(({ headers }) => headers['webhook-timestamp'])).size).to.equal(3);
    for (const { body, headers } of got) new Webhook(secret).verify(body, headers);
  });

  it('keep their id when the engine is killed between two attempts', async () => {
    let refused: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (refused = resolve));
    const { url, got } = await receiver((response, count) => {
      if (count === 1) response.statusCode = 500;
      response.end('{}', () => {
        if (count === 1) refused();
      });
    });
    const folder = projectOf(workflow(url, '    retry: { maxAttempts: 3, delay: 30s }\n'));
    const path = join(temporaryFolder(), 'engine.sqlite');
    const child = spawn(
      process.execPath,
      [await childProgram(), folder, path, 'run', 'call', '{"say":"it is done"}'],
      { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } },
    );
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await first;
    child.kill('SIGKILL');
    await exited;
    engine = await createEngine({ project: folder, store: await openSqliteStore({ path }), env });
    const [left] = await engine.runs.list({ workflow: 'call' });
    expect(await engine.runs.wait(left?.runId ?? '')).to.have.property('state', 'succeeded');
    expect(got).to.have.length(2);
    expect(new Set(got.map(idOf)).size).to.equal(1);
    for (const { body, headers } of got) new Webhook(secret).verify(body, headers);
  });

  it('take no signature to another host, nor to another body', () => {
    const url = new URL('https://shop.example.com/back');
    const request = signed(
      'step "back"',
      { url, method: 'POST', headers: new Headers({ 'x-own': '1' }), secretHeaders: [], body: '{}' },
      { scheme: 'standard-webhooks', secrets: ['HOOK'] },
      { idempotencyKey: 'run/back', secretOf: () => secret },
    );
    const namesAfter = (status: number, to: string): string[] =>
      [...redirectRequest('step "back"', request, status, to).headers.keys()].sort();
    const all = ['webhook-id', 'webhook-signature', 'webhook-timestamp', 'x-own'];
    expect(namesAfter(307, '/there')).to.deep.equal(all);
    for (const other of ['https://other.example.com/back', 'http://shop.example.com/back'])
      expect(namesAfter(307, other)).to.deep.equal(['x-own']);
    expect(namesAfter(303, '/there')).to.deep.equal(['x-own']);
  });

  it('are not redirected to a local place that nobody wrote out', async () => {
    const other = await receiver();
    const { url, got } = await receiver(
      (response) => void response.writeHead(307, { location: `${other.url}/there` }).end(),
    );
    const { record } = await run(workflow(url));
    expect([record.state, got.length, other.got.length]).to.deep.equal(['failed', 1, 0]);
  });

  it('are not sent while a secret is not set or is none', async () => {
    const { url, got } = await receiver();
    const unset = await run(workflow(url), { env: {} });
    expect(unset.record).to.deep.include({ state: 'failed' });
    expect(unset.record.error).to.deep.include({
      type: 'missing_secret',
      message: 'the secret "HOOK" is not set',
    });
    await engine?.close();
    const odd = await run(workflow(url), { env: { HOOK: 'whsec_no base64!' } });
    expect(odd.record.error).to.deep.include({
      type: 'missing_secret',
      message: 'step "back": the secret "HOOK" must be base64, behind "whsec_"',
    });
    expect(got).to.deep.equal([]);
  });

  it('show their secret nowhere, also when the other side repeats the headers', async () => {
    const { url, got } = await receiver((response) => {
      response.statusCode = 400;
      response.end(`${secret} ${secret.slice(6)} ${JSON.stringify(got.at(-1)?.headers)}`);
    });
    const { runId, record, events } = await run(workflow(url));
    expect(record.state).to.equal('failed');
    const stored = JSON.stringify([record, events, await engine?.runs.events(runId)]);
    expect(stored).not.to.contain(secret);
    expect(stored).not.to.contain(secret.slice(6));
    const [found] = (await engine?.runs.list({ states: ['failed'] })) ?? [];
    expect(found?.runId).to.equal(runId);
  });

  it('are made by tools too, with the secrets that these are granted', async () => {
    const { url, got } = await receiver((response, count) => {
      if (count === 1) response.statusCode = 503;
      response.end('{}');
    });
    const tool = (grants: string): Files => ({
      ...workflow(url),
      'src/workflows/call.yaml':
        "inputSchema: { type: object, properties: { say: { type: string } } }\nsteps: [{ id: a, tool: tell, with: { say: '${{ input.say }}' } }]\n",
      'src/tools/tell.yaml': `description: Tells.
type: http
inputSchema: { type: object, properties: { say: { type: string } } }
${grants}retry: { maxAttempts: 2, delay: 1ms, jitter: true }
request:
  method: POST
  url: ${url}/tell
  body: { said: '\${{ input.say }}' }
  sign: { secret: [HOOK, OLD] }
`,
    });
    const { record } = await run(tool('secrets: [HOOK, OLD]\n'));
    expect(record.state).to.equal('succeeded');
    expect(got).to.have.length(2);
    expect(new Set(got.map(idOf)).size).to.equal(1);
    for (const { body, headers } of got)
      expect(new Webhook(old).verify(body, headers)).to.deep.equal({ said: 'it is done' });
    expect(await findingsOf(tool('secrets: [HOOK]\n'))).to.deep.equal([
      'src/tools/tell.yaml:10:26 error security/secret-not-granted secret "OLD" is not granted here; add it to "secrets" of this file',
    ]);
  });

  it('name secrets that are declared, and bring their headers themselves', async () => {
    const url = 'https://shop.example.com';
    expect(await findingsOf(workflow(url, '', '{ secret: HOK }'))).to.deep.equal([
      'src/workflows/call.yaml:8:23 error ref/unknown-secret no secret "HOK"; did you mean "HOOK"?',
    ]);
    expect(
      await findingsOf(workflow(url, '', '{ secret: HOOK }\n      headers: { Webhook-Id: mine }')),
    ).to.deep.equal([
      'src/workflows/call.yaml:9:18 error schema/exclusive-keys write either "sign" or the header "Webhook-Id", not both: the signature brings it',
    ]);
  });
});
