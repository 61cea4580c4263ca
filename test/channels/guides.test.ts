import { expect } from 'chai';
import { shippedGuides } from '../../engine/cli/connectors/find-guide.ts';
import type { Engine } from '../../engine/api.ts';
import type { Files } from '../fakes/project.ts';
import { services } from './sign.ts';
import { startAt } from './world.ts';

const now = 1_700_000_000;

/** Deliveries as services send them, and what the agent hears of each; undefined: it hears nothing. */
const cases: readonly (readonly [
  scheme: string,
  body: object,
  headers: Record<string, string>,
  told: { readonly instance: string; readonly session: string; readonly message: string } | undefined,
])[] = [
  [
    'github',
    {
      action: 'opened',
      issue: { number: 7, title: 'It stops', body: 'At 100 %', user: { login: 'ann' } },
      repository: { full_name: 'ann/lib' },
      sender: { type: 'User' },
    },
    {},
    { instance: 'ann/lib', session: 'issue-7', message: 'It stops' },
  ],
  [
    'github',
    {
      action: 'created',
      issue: { number: 7, title: 'It stops', body: null, user: { login: 'ann' } },
      comment: { body: 'Still?', user: { login: 'bob' } },
      repository: { full_name: 'ann/lib' },
    },
    { 'x-github-event': 'issue_comment' },
    { instance: 'ann/lib', session: 'issue-7', message: 'Still?' },
  ],
  ['github', { ref: 'refs/heads/main' }, { 'x-github-event': 'push' }, undefined],
  [
    'slack',
    {
      type: 'event_callback',
      team_id: 'T1',
      event_id: 'E1',
      event: { type: 'app_mention', channel: 'C1', ts: '1.2', text: 'Hello <@B>' },
    },
    {},
    { instance: 'T1', session: 'C1-1.2', message: 'Hello <@B>' },
  ],
  [
    'slack',
    {
      team_id: 'T1',
      event: { type: 'message', channel_type: 'im', channel: 'D1', ts: '3', thread_ts: '2', text: 'And?' },
    },
    {},
    { instance: 'T1', session: 'D1-2', message: 'And?' },
  ],
  ['slack', { team_id: 'T1', event: { type: 'reaction_added' } }, {}, undefined],
  [
    'telegram',
    { update_id: 1, message: { message_id: 2, chat: { id: -100 }, from: { is_bot: false }, text: 'Hi' } },
    {},
    { instance: 'telegram', session: 'chat--100', message: 'Hi' },
  ],
  ['telegram', { update_id: 1, edited_message: { text: 'Hi' } }, {}, undefined],
  [
    'discord',
    {
      id: '1',
      type: 2,
      application_id: 'A1',
      channel_id: 'C1',
      token: 't',
      data: { name: 'ask', options: [{ name: 'text', value: 'What is it?' }] },
      member: { user: { id: 'U1' } },
    },
    {},
    { instance: 'A1', session: 'channel-C1', message: 'What is it?' },
  ],
  [
    'linear',
    {
      action: 'create',
      type: 'Comment',
      organizationId: 'O1',
      actor: { type: 'user' },
      data: { id: 'c1', issueId: 'i1', body: 'Any news?' },
    },
    {},
    { instance: 'O1', session: 'issue-i1', message: 'Any news?' },
  ],
  [
    'linear',
    { action: 'create', type: 'Issue', organizationId: 'O1', data: { id: 'i1', title: 'It stops' } },
    {},
    { instance: 'O1', session: 'issue-i1', message: 'It stops' },
  ],
  ['linear', { action: 'update', type: 'Project', organizationId: 'O1', data: { id: 'p' } }, {}, undefined],
];

describe('channels: the guides for bots', () => {
  let engine: Engine | undefined;
  afterEach(() => engine?.close());

  for (const [scheme, delivered, headers, told] of cases)
    it(`${scheme}: ${JSON.stringify(delivered).slice(0, 60)}`, async () => {
      const guide = (await shippedGuides()).find(({ name }) => name === `${scheme}-channel`);
      const signer = services.find((one) => one.scheme === scheme);
      if (guide === undefined || signer === undefined) throw new Error(scheme);
      const config = /<!-- part: engine\.yaml -->\n```yaml\n([\s\S]*?)```/.exec(guide.body)?.[1] ?? '';
      const files: Files = {
        'engine.yaml': `model: script/any\n${config}`,
        'src/models/any.yaml': 'default: { text: ok }\n',
        ...Object.fromEntries(guide.files.map(({ path, text }) => [path, text])),
      };
      const names = [...config.matchAll(/^ {2}(\w+):/gm)].map(([, name = '']) => name);
      const env = Object.fromEntries(
        names.map((name) => [name, name.endsWith('_TOKEN') ? 'token-of-bot' : signer.secret]),
      );
      engine = await startAt(now, files, env);
      engine.channels.check();
      const signed = signer.sign(JSON.stringify(delivered), now);
      const { outcome } = await engine.channels.receive(scheme, {
        headers: { ...signed.headers, ...headers },
        body: Buffer.from(signed.body),
      });
      if (told === undefined || outcome.kind !== 'accepted') {
        expect(outcome).to.deep.equal({ kind: 'dropped', reason: 'when' });
        return;
      }
      const { instance, session, message } = await engine.submissions.get(outcome.submissionId);
      expect({ instance, session }).to.deep.equal({ instance: told.instance, session: told.session });
      expect(message).to.contain(told.message);
    });
});
