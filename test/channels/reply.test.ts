import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from '../../engine/api.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { createEngine } from '../../engine/engine.ts';
import { findingsOf, programOf, type Files } from '../fakes/project.ts';
import { services } from './sign.ts';
import { projectWith } from './world.ts';

interface Got {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

const answering: Files = {
  'src/models/echo.yaml':
    'replies:\n  - { match: { tool: reply }, text: "told: {{json result}}" }\ndefault: { toolCalls: [{ tool: reply, input: { text: "Hello \\"you\\" & all" } }] }\n',
};

describe('channels: the tool that answers', () => {
  const got: Got[] = [];
  let answer: { status: number; body: unknown; location?: string };
  let service: Server;
  let api: string;
  let engine: Engine | undefined;

  before(async () => {
    service = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { method = '', url: path = '', headers } = request;
        got.push({ method, path, headers, body: text === '' ? undefined : JSON.parse(text) });
        const { status, body, location } = answer;
        const more = location === undefined ? {} : { location };
        response.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    api = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    got.length = 0;
    answer = { status: 200, body: { ok: true, data: {} } };
  });
  afterEach(() => engine?.close());
  after(() => service.close());

  /** Sends a delivery and gives what the tool was told, and all events. */
  async function work(
    scheme: string,
    delivered: object,
    more = "respond: { api: '{{env.API}}' }\ntoken: TOKEN\n",
    files: Files = {},
  ): Promise<{ readonly text: string; readonly events: readonly EngineEvent[] }> {
    const signer = services.find((one) => one.scheme === scheme);
    if (signer === undefined) throw new Error(scheme);
    const channel = `agent: clerk\nscheme: ${scheme}\nsecret: HOOK\n${signer.more ?? ''}${more}`;
    const events: EngineEvent[] = [];
    engine = await createEngine({
      program: await programOf(projectWith({ ...answering, 'src/channels/hook.yaml': channel, ...files })),
      store: 'memory',
      env: { HOOK: signer.secret, TOKEN: '12:to/ken', API: api },
      observers: [(event) => void events.push(event)],
    });
    const { headers, body } = signer.sign(JSON.stringify(delivered), Math.floor(Date.now() / 1000));
    const { outcome } = await engine.channels.receive('hook', { headers, body: Buffer.from(body) });
    if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
    const record = await engine.submissions.wait(outcome.submissionId);
    return { text: String(record.output), events };
  }

  const text = 'Hello "you" & all';
  const repository = { name: 'lib', owner: { login: 'ann' } };
  const cases: readonly (readonly [
    scheme: string,
    delivered: object,
    path: string,
    body: unknown,
    token: string,
  ])[] = [
    [
      'github',
      { repository, issue: { number: 7 } },
      '/repos/ann/lib/issues/7/comments',
      { body: `${text}\n\n<!-- engine:reply -->` },
      'Bearer 12:to/ken',
    ],
    [
      'github',
      { repository: { ...repository, name: '../x?y' }, pull_request: { number: 8 } },
      '/repos/ann/..%2Fx%3Fy/issues/8/comments',
      { body: `${text}\n\n<!-- engine:reply -->` },
      'Bearer 12:to/ken',
    ],
    [
      'slack',
      { event_id: 'E1', event: { type: 'app_mention', channel: 'C1', ts: '17.1' } },
      '/chat.postMessage',
      { channel: 'C1', thread_ts: '17.1', text },
      'Bearer 12:to/ken',
    ],
    [
      'slack',
      { event: { type: 'message', channel: 'C1', ts: '17.2', thread_ts: '17.1' } },
      '/chat.postMessage',
      { channel: 'C1', thread_ts: '17.1', text },
      'Bearer 12:to/ken',
    ],
    [
      'slack',
      { command: '/ask', channel_id: 'C2' },
      '/chat.postMessage',
      { channel: 'C2', text },
      'Bearer 12:to/ken',
    ],
    [
      'telegram',
      { update_id: 1, message: { message_id: 5, chat: { id: -9 }, from: { is_bot: false } } },
      '/bot12:to%2Fken/sendMessage',
      { chat_id: -9, text, reply_parameters: { message_id: 5, allow_sending_without_reply: true } },
      '',
    ],
    [
      'linear',
      { type: 'Comment', data: { id: 'c1', issueId: 'i1' } },
      '/graphql',
      {
        query:
          'mutation Reply($issueId: String!, $body: String!) { commentCreate(input: { issueId: $issueId, body: $body }) { success } }',
        variables: { issueId: 'i1', body: text },
      },
      '12:to/ken',
    ],
    [
      'notion',
      { type: 'page.content_updated', entity: { type: 'page', id: 'p1' } },
      '/v1/comments',
      { parent: { page_id: 'p1' }, rich_text: [{ text: { content: text } }] },
      'Bearer 12:to/ken',
    ],
  ];
  for (const [scheme, delivered, path, body, authorization] of cases)
    it(`${scheme}: goes to ${path}`, async () => {
      const told = await work(scheme, delivered);
      expect(told.text).to.equal('told: {"sent":true}');
      expect(got).to.have.length(1);
      expect(got[0]).to.deep.include({ method: 'POST', path, body });
      expect(got[0]?.headers['authorization'] ?? '').to.equal(authorization);
      expect(got[0]?.headers['idempotency-key']).to.match(/.+/);
      expect(JSON.stringify(told.events)).not.to.contain('12:to').and.not.to.contain('to%2Fken');
      const calls = told.events.flatMap((event) => (event.type === 'tool_end' ? [event.data] : []));
      expect(calls).to.have.length(1);
      expect(calls[0]).to.deep.include({ tool: 'reply', isError: false });
    });

  it('discord: answers the interaction without any token of its own', async () => {
    const { text: told } = await work(
      'discord',
      { type: 2, id: '1', application_id: '9', token: 'aW50ZXI' },
      "respond: { api: '{{env.API}}' }\n",
    );
    expect(told).to.equal('told: {"sent":true}');
    expect(got[0]).to.deep.include({
      path: '/webhooks/9/aW50ZXI',
      body: { content: text, allowed_mentions: { parse: [] } },
    });
  });

  it('is not there for what cannot be answered', async () => {
    const { events } = await work('github', { repository, ref: 'refs/heads/main' });
    const calls = events.flatMap((event) => (event.type === 'tool_end' ? [event.data] : []));
    expect(calls[0]?.isError).to.equal(true);
    expect(JSON.stringify(calls[0]?.output)).to.contain('no tool');
    expect(got).to.deep.equal([]);
  });

  it('tells the model when the service does not take the message', async () => {
    answer = { status: 200, body: { ok: false, error: 'channel_not_found' } };
    const { text: told } = await work('slack', { event: { channel: 'C1', ts: '1.1' } });
    expect(told).to.contain('channel_not_found');
  });

  it('leaves its token behind when it is sent elsewhere', async () => {
    const { port } = service.address() as AddressInfo;
    answer = { status: 307, body: {}, location: `http://localhost:${port}/elsewhere` };
    const { text: told } = await work('github', { repository, issue: { number: 1 } });
    expect(told).to.contain('private or local');
    expect(got).to.have.length(1);
  });

  it('has the name, the words and the request that the channel gives it', async () => {
    const { text: told } = await work(
      'hmac',
      { ticket: 'a/b', n: 3 },
      `token: TOKEN
respond:
  tool: answer
  description: Answers the ticket.
  request:
    method: PUT
    url: '{{env.API}}/tickets/{{body.ticket}}'
    query: { n: '\${{ body.n }}' }
    headers: { x-key: '\${{ secrets.TOKEN }}' }
    body: { text: '\${{ input.text }}' }
`,
      {
        'src/models/echo.yaml':
          'replies:\n  - { match: { tool: answer }, text: "told: {{json result}}" }\ndefault: { toolCalls: [{ tool: answer, input: { text: Yes } }] }\n',
      },
    );
    expect(told).to.equal('told: {"sent":true}');
    expect(got[0]).to.deep.include({ method: 'PUT', path: '/tickets/a%2Fb?n=3', body: { text: 'Yes' } });
    expect(got[0]?.headers['x-key']).to.equal('12:to/ken');
  });

  it('can be held back by a rule of the agent', async () => {
    const { text: told } = await work('github', { repository, issue: { number: 1 } }, undefined, {
      'src/agents/clerk.yaml': 'description: Hears.\npermissions: { deny: [reply] }\n',
    });
    expect(told).to.contain('reply');
    expect(got).to.deep.equal([]);
  });
});

describe('channels: what is wrong with "respond"', () => {
  const findings = async (more: string, files: Files = {}): Promise<string[]> =>
    findingsOf(projectWith({ 'src/channels/hook.yaml': `agent: clerk\nsecret: HOOK\n${more}`, ...files }));

  it('is told at its place', async () => {
    expect(await findings('scheme: github\nrespond: true\n')).to.deep.equal([
      'src/channels/hook.yaml:4:1 error schema/missing-key an answer needs "token": the name of the secret that the service wants to see',
    ]);
    expect(await findings('scheme: stripe\nrespond: true\n')).to.deep.equal([
      'src/channels/hook.yaml:4:10 error schema/missing-key "stripe" says nothing of answers; write "respond" as a map with a "request"',
    ]);
    expect(await findings('scheme: github\ntoken: TOKEN\n')).to.deep.equal([
      'src/channels/hook.yaml:4:1 error schema/missing-key only "respond" uses a "token"; write "respond: true", or leave this out',
    ]);
    expect(await findings('scheme: github\ntoken: TOKN\nrespond: true\n')).to.deep.equal([
      'src/channels/hook.yaml:4:8 error ref/unknown-secret no secret "TOKN"; did you mean "TOKEN"?',
    ]);
    expect(await findings('scheme: twilio\n')).to.deep.equal([
      'src/channels/hook.yaml:3:9 error schema/missing-key "twilio" needs "verify.url": the address of this channel as the sender knows it, which is part of what is signed',
    ]);
    const secretInBody =
      "scheme: stripe\ntoken: TOKEN\nrespond: { request: { url: 'https://x.example/{{body.id}}', headers: { a: '${{ secrets.OLD }}' }, body: { k: '${{ secrets.TOKEN }}' } } }\n";
    expect((await findings(secretInBody)).map((line) => line.split(' ')[2])).to.deep.equal([
      'security/secret-not-granted',
      'security/secret-in-value',
    ]);
    expect(
      await findings('scheme: discord\nrespond: true\n', {
        'src/agents/clerk.yaml': 'description: Hears.\ntools: [reply]\n',
        'src/tools/reply.yaml':
          'description: Replies.\ntype: http\nrequest: { url: https://x.example }\ntimeout: 5s\n',
      }),
    ).to.deep.equal([
      'src/channels/hook.yaml:4:1 error ref/duplicate-name agent "clerk" has a tool "reply" already; write another name as "respond.tool"',
    ]);
    expect(await findings('scheme: github\nverify: { tolerance: 5m }\n')).to.deep.equal([
      'src/channels/hook.yaml:4:11 error schema/missing-key "tolerance" refuses nothing, since "github" does not sign when a delivery was sent; leave it out',
    ]);
    expect(await findings('scheme: gihub\n')).to.deep.equal([
      'src/channels/hook.yaml:3:9 error schema/bad-enum "scheme" must be "github", "slack", "stripe", "discord", "telegram", "linear", "notion", "twilio", "standard-webhooks" or "hmac", got "gihub"; did you mean "github"?',
    ]);
    expect(await findings('scheme: hmac\nverify: { header: x-a, tolerance: 5m }\n')).to.deep.equal([
      'src/channels/hook.yaml:4:24 error schema/missing-key "tolerance" refuses nothing where nothing says when a delivery was sent; name the header with "timestampHeader"',
    ]);
    expect(await findings('scheme: stripe\nverify: { tolerance: 3d }\n')).to.deep.equal([
      'src/channels/hook.yaml:4:22 error schema/bad-value a repeated delivery would be taken again: "retention.idempotency" of engine.yaml is shorter; make this shorter, or that longer',
    ]);
  });
});
