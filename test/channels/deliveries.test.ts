import { expect } from 'chai';
import type { DeliveryAnswer, Engine } from '../../engine/api.ts';
import type { Files } from '../fakes/project.ts';
import { services } from './sign.ts';
import { projectWith, sent, startAt } from './world.ts';

const now = 1_700_000_000;
const opened = {
  action: 'opened',
  issue: { number: 7, title: 'It breaks' },
  repository: { name: 'lib', full_name: 'ann/lib', owner: { login: 'ann' } },
  sender: { login: 'ann', type: 'User' },
};

describe('channels: what becomes of a delivery', () => {
  const open: Engine[] = [];
  afterEach(async () => {
    for (const engine of open.splice(0)) await engine.close();
  });

  /** A channel of a scheme with more of its spec. */
  async function channel(scheme: string, more = '', files: Files = {}): Promise<Sender> {
    const service = services.find((one) => one.scheme === scheme);
    if (service === undefined) throw new Error(scheme);
    const engine = await startAt(
      now,
      projectWith({
        'src/channels/hook.yaml': `agent: clerk\nscheme: ${scheme}\nsecret: HOOK\n${service.more ?? ''}${more}`,
        ...files,
      }),
      { HOOK: service.secret, TOKEN: 'token-1' },
    );
    open.push(engine);
    const signed = (body: unknown, headers: Record<string, string> = {}): ReturnType<typeof service.sign> => {
      const made = service.sign(typeof body === 'string' ? body : JSON.stringify(body), now);
      return { ...made, headers: { ...made.headers, ...headers } };
    };
    return {
      engine,
      deliver: (body, headers) => sent(engine, 'hook', signed(body, headers)),
      answer(body, headers) {
        const made = signed(body, headers);
        return engine.channels.receive('hook', { headers: made.headers, body: Buffer.from(made.body) });
      },
    };
  }

  it('goes where its templates say, and is told as they say', async () => {
    const { engine, answer } = await channel(
      'github',
      "when: body.action == 'opened'\ninstance: '{{body.repository.full_name}}'\nsession: issue-{{body.issue.number}}\nmessage: '{{headers.x-github-event}}: {{quote body.issue.title}}'\n",
    );
    const { status, body, outcome } = await answer(opened);
    expect(status).to.equal(202);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    expect(body).to.include({ submissionId: outcome.submissionId });
    const record = await engine.submissions.wait(outcome.submissionId);
    expect(record).to.include({
      agent: 'clerk',
      instance: 'ann/lib',
      session: 'issue-7',
      state: 'succeeded',
    });
    expect(record.message).to.contain('issues: ').and.to.contain('It breaks');
  });

  it('without templates the body is the message and the channel the instance', async () => {
    const { engine, answer } = await channel('github');
    const { outcome } = await answer(opened);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    const { message, instance, session } = await engine.submissions.get(outcome.submissionId);
    expect({ instance, session }).to.deep.equal({ instance: 'hook', session: 'default' });
    expect(JSON.parse(message)).to.deep.equal(opened);
  });

  it('ten times at once is one message, with another body none', async () => {
    const { engine, answer, deliver } = await channel('github');
    const answers = await Promise.all(Array.from({ length: 10 }, () => answer(opened)));
    const ids = answers.map(({ outcome }) =>
      outcome.kind === 'accepted' ? outcome.submissionId : outcome.kind,
    );
    expect(new Set(ids).size).to.equal(1);
    expect(answers.every(({ status }) => status === 202)).to.equal(true);
    expect(await deliver(opened, { 'x-request-id': 'again', 'user-agent': 'other' })).to.equal('accepted');
    expect(await deliver({ ...opened, action: 'closed' })).to.equal('dropped other_body');
    expect(await deliver(opened, { 'x-github-delivery': 'another' })).to.equal('accepted');
    expect(await engine.executions({ kind: 'submission' })).to.have.length(2);
    expect(engine.channels.list()[0]).to.include({ accepted: 12, repeated: 10 });
  });

  it('ten times at once is one message also for an agent that takes none while it is at work', async () => {
    const github = services.find(({ scheme }) => scheme === 'github');
    if (github === undefined) throw new Error('github');
    const files = projectWith({
      'src/agents/clerk.yaml': 'description: Hears.\nbusy: reject\n',
      'src/channels/hook.yaml': 'agent: clerk\nscheme: github\nsecret: HOOK\n',
    });
    const engine = await startAt(now, files, { HOOK: github.secret }, undefined);
    open.push(engine);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => sent(engine, 'hook', github.sign(JSON.stringify(opened), now))),
    );
    expect(new Set(outcomes)).to.deep.equal(new Set(['accepted']));
    expect(await engine.executions({ kind: 'submission' })).to.have.length(1);
  });

  it('GitHub may send its JSON in a form', async () => {
    const github = services.find(({ scheme }) => scheme === 'github');
    if (github === undefined) throw new Error('github');
    const files = projectWith({
      'src/channels/hook.yaml':
        "agent: clerk\nscheme: github\nsecret: HOOK\nwhen: body.action == 'opened'\nmessage: '{{quote body.issue.title}}'\n",
    });
    const engine = await startAt(now, files, { HOOK: github.secret }, undefined);
    open.push(engine);
    const { body, headers } = github.sign(`payload=${encodeURIComponent(JSON.stringify(opened))}`, now);
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    expect(await sent(engine, 'hook', { body, headers: form })).to.equal('accepted');
  });

  it('without an id the signed bytes are one', async () => {
    const { engine, deliver } = await channel('hmac');
    for (const body of [{ a: 1 }, { a: 1 }, { a: 2 }]) expect(await deliver(body)).to.equal('accepted');
    expect(await engine.executions({ kind: 'submission' })).to.have.length(2);
  });

  it('an id of any form is one', async () => {
    const { engine, deliver } = await channel('hmac', "dedupe: { key: '{{body.id}}' }\n");
    for (const id of ['ä\n', 'ä\n', 'x'.repeat(5000), 'b'])
      expect(await deliver({ id, at: 0 }), id.slice(0, 3)).to.equal('accepted');
    expect(await engine.executions({ kind: 'submission' })).to.have.length(3);
  });

  it('what "when" does not want is dropped', async () => {
    const { engine, answer } = await channel('github', "when: body.action == 'closed'\n");
    const { status, body } = await answer(opened);
    expect({ status, body }).to.deep.equal({ status: 200, body: { dropped: 'when' } });
    expect(engine.channels.list()[0]?.dropped.when).to.equal(1);
    expect(await engine.executions({ kind: 'submission' })).to.have.length(0);
  });

  it('what lacks a field that the channel reads is dropped, and told to the operator', async () => {
    for (const more of [
      "message: '{{body.pull_request.title}}'\n",
      "instance: '{{body.nothing.here}}'\n",
      'when: body.nothing == 1\n',
      "session: ''\n".replace("''", "'{{body.empty}}'"),
    ]) {
      const { engine, answer } = await channel('github', more);
      const warned = nextWarning();
      const { status, body } = await answer({ ...opened, empty: '' });
      expect({ status, body }, more).to.deep.equal({ status: 200, body: { dropped: 'failed' } });
      expect(engine.channels.list()[0]?.lastFailure?.message).to.be.a('string');
      expect((await warned).message).to.contain('channel "hook" dropped a delivery');
    }
  });

  it('what does not fit the input of the agent is dropped', async () => {
    const typed =
      'description: Counts.\ninputSchema: { type: object, required: [count], properties: { count: { type: integer } } }\n';
    const { deliver } = await channel('github', "input: { count: '${{ body.issue.number }}' }\n", {
      'src/agents/clerk.yaml': typed,
    });
    const warned = nextWarning();
    expect(await deliver({ ...opened, issue: { number: 'seven' } })).to.equal('dropped failed');
    await warned;
    expect(await deliver(opened, { 'x-github-delivery': 'second' })).to.equal('accepted');
  });

  it('"reply" is what the sender gets', async () => {
    const { answer } = await channel(
      'github',
      "reply: { status: 201, headers: { x-what: '${{ body.action }}' }, body: { seen: '${{ body.issue.number }}' } }\n",
    );
    const { status, headers, body } = await answer(opened);
    expect({ status, headers, body }).to.deep.equal({
      status: 201,
      headers: { 'x-what': 'opened' },
      body: { seen: 7 },
    });
  });

  for (const [scheme, body, headers, reply] of [
    ['github', { zen: 'Keep it logically awesome.' }, { 'x-github-event': 'ping' }, { ok: true }],
    ['slack', { type: 'url_verification', challenge: '3eZb', token: 'x' }, {}, { challenge: '3eZb' }],
    ['discord', { type: 1, id: '1' }, {}, { type: 1 }],
  ] as const)
    it(`${scheme} asks whether somebody is there, and no work is made of it`, async () => {
      const { engine, answer } = await channel(scheme);
      const given = await answer(body, headers);
      expect(given).to.deep.include({ status: 200, body: reply, outcome: { kind: 'handshake' } });
      expect(await engine.executions({ kind: 'submission' })).to.have.length(0);
      const unsigned = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      expect(await sent(engine, 'hook', unsigned)).to.equal('unauthorized');
    });

  it('Notion sends its token before there is a secret, and the operator is told', async () => {
    const { engine } = await channel('notion');
    const warned = nextWarning();
    const unsigned = {
      headers: { 'content-type': 'application/json' },
      body: '{"verification_token":"secret_t1"}',
    };
    expect(await sent(engine, 'hook', unsigned)).to.equal('handshake');
    expect((await warned).message).to.contain('secret_t1');
    const forged = { ...unsigned, body: '{"verification_token":"t","type":"page.created"}' };
    expect(await sent(engine, 'hook', forged)).to.equal('unauthorized');
  });

  for (const [scheme, own, other] of [
    ['github', { ...opened, sender: { type: 'Bot' } }, opened],
    ['github', { ...opened, comment: { body: 'Hi\n\n<!-- engine:reply -->' } }, { comment: { body: 'Hi' } }],
    [
      'slack',
      { event: { type: 'message', bot_id: 'B1', text: 'x' } },
      { event: { type: 'message', text: 'x' } },
    ],
    ['slack', { event: { subtype: 'message_changed', message: { bot_id: 'B1' } } }, { event: { text: 'y' } }],
    ['telegram', { message: { from: { is_bot: true } } }, { message: { from: { is_bot: false } } }],
    ['discord', { type: 2, member: { user: { bot: true } } }, { type: 2, member: { user: { id: '1' } } }],
    ['linear', { actor: { type: 'OauthClient' } }, { actor: { type: 'user' } }],
    ['notion', { authors: [{ type: 'bot' }] }, { authors: [{ type: 'bot' }, { type: 'person' }] }],
  ] as const)
    it(`${scheme}: what bots say is dropped, unless the channel wants it`, async () => {
      const { deliver } = await channel(scheme);
      expect(await deliver(own)).to.equal('dropped own_message');
      expect(await deliver(other)).to.equal('accepted');
      const all = await channel(scheme, 'ignore: false\n');
      expect(await all.deliver(own)).to.equal('accepted');
    });

  it('a form is a map, and Slack puts JSON into one field', async () => {
    const service = services.find(({ scheme }) => scheme === 'slack');
    const { engine } = await channel(
      'slack',
      "message: '{{body.command}}{{body.type}}'\n".replace('{{body.type}}', ''),
    );
    const form = new URLSearchParams({ command: '/ask', trigger_id: '1.2' }).toString();
    const made = service?.sign(form, now);
    const headers = { ...made?.headers, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const { status, body, outcome } = await engine.channels.receive('hook', {
      headers,
      body: Buffer.from(form),
    });
    expect({ status, body }).to.deep.equal({ status: 200, body: '' });
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    expect((await engine.submissions.get(outcome.submissionId)).message).to.equal('/ask');
    const pressed = new URLSearchParams({ payload: '{"command":"pressed","trigger_id":"3"}' }).toString();
    const signed = service?.sign(pressed, now);
    const more = { ...signed?.headers, 'content-type': 'application/x-www-form-urlencoded' };
    expect(await sent(engine, 'hook', { headers: more, body: pressed })).to.equal('accepted');
  });

  it('a type whose encoding is left empty, or in quotes of either kind, is read', async () => {
    for (const named of ['""', "'utf-8'", '"utf-8"', '']) {
      const { engine } = await channel('github');
      const service = services.find(({ scheme }) => scheme === 'github');
      const made = service?.sign('Hello', now);
      const headers = { ...made?.headers, 'content-type': `text/plain; charset=${named}` };
      expect(await sent(engine, 'hook', { headers, body: 'Hello' }), named).to.equal('accepted');
    }
  });

  it('signed bytes that are no JSON are refused as such', async () => {
    const { deliver } = await channel('github');
    for (const body of [
      '{',
      '{"__proto__":1}',
      `${'['.repeat(300)}${']'.repeat(300)}`,
      '{"a":1e999}',
      '"\\ud800"',
    ])
      expect(await deliver(body), body.slice(0, 20)).to.equal('invalid_json');
  });

  it('the token by which Discord is answered is not told to the model', async () => {
    const { engine, answer } = await channel('discord');
    const { outcome, body } = await answer({
      type: 2,
      id: '5',
      application_id: '9',
      token: 'interaction-token',
    });
    expect(body).to.deep.equal({ type: 5 });
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    expect((await engine.submissions.get(outcome.submissionId)).message).not.to.contain('interaction-token');
  });
});

interface Sender {
  readonly engine: Engine;
  deliver(body: unknown, headers?: Record<string, string>): Promise<string>;
  answer(body: unknown, headers?: Record<string, string>): Promise<DeliveryAnswer>;
}

/** What an engine tells its operator next. */
function nextWarning(): Promise<Error> {
  return new Promise((resolve) => {
    const listen = (warning: Error): void => {
      if (warning.name !== 'EngineWarning') return;
      process.off('warning', listen);
      resolve(warning);
    };
    process.on('warning', listen);
  });
}
