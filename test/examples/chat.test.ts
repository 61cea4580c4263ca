import { expect } from 'chai';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { signedByGitHub } from '../channels/signers.mjs';
import { temporaryFolder } from '../fakes/project.ts';
import { engineCommand } from '../fakes/engine-cli.ts';
import { expectWithin } from '../fakes/contention.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const secret = 'the secret of the hook';

describe('the example chat', function () {
  this.timeout(120_000);
  /** Comments that GitHub got. */
  const posted: {
    readonly path: string;
    readonly token: string;
    readonly body: string;
    readonly key: string;
  }[] = [];
  let github: Server;
  let project: string;
  let served: ChildProcess | undefined;
  let url: string;
  /** Until when GitHub does not answer. */
  let gate: Promise<void> = Promise.resolve();

  before(async () => {
    github = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        const { body } = JSON.parse(Buffer.concat(chunks).toString()) as { body: string };
        posted.push({
          path: `${request.method ?? ''} ${request.url ?? ''}`,
          token: request.headers.authorization ?? '',
          body,
          key: String(request.headers['idempotency-key']),
        });
        void gate.then(() =>
          response.writeHead(201, { 'content-type': 'application/json' }).end('{"id": 1, "node_id": "x"}'),
        );
      });
    });
    await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
    const { port } = github.address() as AddressInfo;
    project = join(temporaryFolder(), 'chat');
    cpSync(join(root, 'examples/chat'), project, { recursive: true });
    const channel = join(project, 'src/channels/github.yaml');
    const text = readFileSync(channel, 'utf8');
    writeFileSync(channel, text.replace('respond: true', `respond: { api: 'http://127.0.0.1:${port}' }`));
    await serve();
  });
  beforeEach(() => {
    posted.length = 0;
  });
  after(() => {
    served?.kill('SIGKILL');
    github.close();
  });

  async function serve(): Promise<void> {
    served = spawn(
      process.execPath,
      [...engineCommand, 'serve', '--project', project, '--port', '0', '--json'],
      {
        cwd: root,
        env: { ...process.env, GITHUB_WEBHOOK_SECRET: secret, GITHUB_TOKEN: 'token-of-the-bot' },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const [line] = (await once(
      createInterface({ input: served.stdout as NodeJS.ReadableStream }),
      'line',
    )) as [string];
    ({ url } = JSON.parse(line) as { url: string });
  }

  /** A delivery as GitHub sends it, signed by its own library. */
  async function deliver(delivery: string, payload: object, event = 'issues'): Promise<[number, unknown]> {
    const body = JSON.stringify({
      issue: { number: 7, title: 'It stops', body: 'At 100 %.', user: { login: 'ann' } },
      repository: { name: 'lib', full_name: 'ann/lib', owner: { login: 'ann' } },
      sender: { login: 'ann', type: 'User' },
      ...payload,
    });
    const response = await fetch(`${url}/channels/github`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-delivery': delivery,
        'x-hub-signature-256': await signedByGitHub(secret, body),
      },
    });
    return [response.status, await response.json()];
  }

  async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + 100_000;
    while (!(await isTrue())) {
      if (Date.now() > end) throw new Error('it did not come to pass');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('an issue is answered where it was opened', async () => {
    const [status, body] = await deliver('d-1', { action: 'opened' });
    expect(status).to.equal(202);
    expect(body).to.have.property('submissionId');
    await until(() => posted.length === 1);
    expect(posted[0]).to.deep.include({
      path: 'POST /repos/ann/lib/issues/7/comments',
      token: 'Bearer token-of-the-bot',
      body: 'Thank you for the report! Which version do you use?\n\n<!-- engine:reply -->',
    });
    expect(posted[0]?.key).to.match(/.+/);
  });

  it('a comment goes into the same conversation; the bot and its replies are not answered', async () => {
    const comment = { body: 'With 2.1.', user: { login: 'ann' } };
    const first = await deliver('d-2', { action: 'created', comment }, 'issue_comment');
    expect(first[0]).to.equal(202);
    await until(() => posted.length === 1);
    expect(posted[0]?.body).to.match(/^I noted that down/);
    const own = { ...comment, body: posted[0]?.body };
    expect(await deliver('d-3', { action: 'created', comment: own }, 'issue_comment')).to.deep.equal([
      200,
      { dropped: 'own_message' },
    ]);
    const bot = { login: 'bot[bot]', type: 'Bot' };
    expect(
      (await deliver('d-4', { action: 'created', comment, sender: bot }, 'issue_comment'))[1],
    ).to.deep.equal({
      dropped: 'own_message',
    });
    expect((await deliver('d-5', { action: 'labeled' }))[1]).to.deep.equal({ dropped: 'when' });
    expect(await deliver('d-6', { zen: 'Design for failure.' }, 'ping')).to.deep.equal([200, { ok: true }]);
    const { messages } = (await (await fetch(`${url}/agents/helper/ann%2Flib/sessions/issue-7`)).json()) as {
      messages: readonly { role: string }[];
    };
    expect(messages.filter(({ role }) => role === 'user')).to.have.length(2);
  });

  it('what was answered with 2xx is worked off after a kill, and a delivery that comes again is one', async () => {
    const other = { number: 8, title: 'Another', body: 'Slow.', user: { login: 'ann' } };
    let open: () => void = () => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const began = Date.now();
    // Ten at once, while the service that is answered hangs.
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => deliver('d-7', { action: 'opened', issue: other })),
    );
    expectWithin(Date.now() - began, 3000);
    expect(answers.map(([status]) => status)).to.deep.equal(Array.from({ length: 10 }, () => 202));
    expect(new Set(answers.map(([, body]) => JSON.stringify(body))).size).to.equal(1);
    const killed = once(served as ChildProcess, 'exit');
    served?.kill('SIGKILL');
    await killed;
    open();
    gate = Promise.resolve();
    await serve();
    const [status, body] = await deliver('d-7', { action: 'opened', issue: other });
    expect([status, body]).to.deep.equal(answers[0]);
    const { submissionId } = body as { submissionId: string };
    await until(async () => {
      const record = await fetch(`${url}/submissions/${submissionId}`);
      return ((await record.json()) as { state: string }).state === 'succeeded';
    });
    expect(posted.length).to.be.within(1, 2);
    expect(posted.every(({ path }) => path === 'POST /repos/ann/lib/issues/8/comments')).to.equal(true);
  });

  it('forged, repeated and broken signatures are refused with 401', async () => {
    const body = '{"action":"opened"}';
    const good = await signedByGitHub(secret, body);
    for (const headers of [
      {},
      { 'x-hub-signature-256': '' },
      { 'x-hub-signature-256': good.toUpperCase() },
      { 'x-hub-signature-256': `${good.slice(0, -1)}x` },
      { 'x-hub-signature-256': await signedByGitHub('other', body) },
    ]) {
      const { status } = await fetch(`${url}/channels/github`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) },
      });
      expect(status, JSON.stringify(headers)).to.equal(401);
    }
    expect((await fetch(`${url}/channels/githib`, { method: 'POST', body })).status).to.equal(404);
    const { channels } = (await (await fetch(`${url}/channels`)).json()) as { channels: readonly object[] };
    expect(channels[0]).to.include({ name: 'github', refused: 5 });
  });

  it('send.mjs signs as GitHub does', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      join(root, 'examples/chat/send.mjs'),
      ...[`${url}/channels/github`, secret, 'Thank you!'],
    ]);
    expect(stdout).to.match(/^202 \{"submissionId"/);
  });
});
