import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPlayer, openRecorder } from '../../../engine/adapters/model/cassette.ts';
import type { Json } from '../../../engine/core/json.ts';
import type { Problem } from '../../../engine/core/problem.ts';
import { redactor } from '../../../engine/journal/index.ts';
import type { ModelEvent, ModelRequest, Models } from '../../../engine/ports/model.ts';
import {
  errorReply,
  startFakeServer,
  textReply,
  toolReply,
  type FakeReply,
} from '../../fakes/openai-server.ts';
import { temporaryFolder } from '../../fakes/project.ts';
import {
  collect,
  createStepClock,
  failure,
  modelsOf,
  providerOf,
  requestOf,
  secretsOf,
  userMessage,
  weatherTool,
} from './kit.ts';

const secret = 'hidden-value-17';
const { json } = redactor([secret]);
const redact = (value: Json): Json => json(value);

describe('a cassette', () => {
  it('gives the same events again when the server is gone and there is no key', async () => {
    const file = newFile();
    const requests = [
      requestOf({ system: 'Be kind.', tools: [weatherTool], thinking: 'low' }),
      requestOf({ messages: [userMessage('Weather?')] }),
      requestOf({ ref: 'local/other' }),
    ];
    const replies = [
      toolReply({ id: 'a', name: 'weather', fragments: ['{"city":', '"Oslo"}'] }),
      textReply('Good ', 'morning\nto you'),
      errorReply(401, 'Incorrect API key'),
    ];
    const before = await record(file, replies, requests);
    expect(await play(file, requests)).to.deep.equal(before);
    expect(before[2]?.error?.code).to.equal('model_failed');
  });

  it('reads as a list of what was asked and answered', async () => {
    const file = newFile();
    await record(file, [textReply('Good ', 'morning\nto you')], [requestOf({ system: 'Be kind.' })]);
    expect(readFileSync(file, 'utf8')).to.equal(
      [
        'cassette: 1',
        '---',
        'recording: one',
        'by:',
        '  agent: triage',
        '  turn: 1',
        'request:',
        '  provider: local',
        '  model: fake',
        '  system: Be kind.',
        '  messages:',
        '    - role: user',
        '      content:',
        '        - type: text',
        '          text: Hello',
        'answer:',
        '  pieces:',
        '    - text: "Good "',
        '    - text: |-',
        '        morning',
        '        to you',
        '  end:',
        '    finish: stop',
        '    usage:',
        '      inputTokens: 20',
        '      outputTokens: 7',
        '      totalTokens: 27',
        '      cacheReadTokens: 8',
        '      cacheWriteTokens: 0',
        '      reasoningTokens: 3',
        '    message:',
        '      role: assistant',
        '      content:',
        '        - type: text',
        '          text: |-',
        '            Good morning',
        '            to you',
        '',
      ].join('\n'),
    );
  });

  it('a call that was not recorded fails, and says what differs from the nearest one', async () => {
    const file = newFile();
    const recorded = [
      requestOf({ messages: [userMessage('Completely different')], tools: [weatherTool] }),
      requestOf({ messages: [userMessage('Where is order 17?')] }),
    ];
    await record(file, [textReply('There.')], recorded);
    const asked = requestOf({ messages: [userMessage('Where is order 18?')], thinking: 'high' });
    const [missed] = await play(file, [asked]);
    expect(missed?.events).to.deep.equal([]);
    expect(missed?.error).to.deep.include({
      code: 'cassette_miss',
      message:
        `the cassette "${file}" has no answer for this call of "local/fake" (agent "triage", turn 1); ` +
        'the nearest recorded one (agent "triage", turn 1) differs: thinking is "high", was absent; ' +
        'messages[0].content[0].text is "Where is order 18?", was "Where is order 17?"; ' +
        'record it again, or put back what was changed',
    });
  });

  it('says so when nothing was recorded at all', async () => {
    const file = newFile();
    await record(file, [textReply('Hi')], []);
    const [missed] = await play(file, [requestOf({})]);
    expect(missed?.error?.message).to.match(
      /\(agent "triage", turn 1\): it has no calls at all; record it again/,
    );
  });

  it('holds no secret: not of a header, a message, a schema, an answer in pieces, or an error', async () => {
    const file = newFile();
    const key = `sk-${'k'.repeat(30)}`;
    const requests = [
      requestOf({
        system: `The password is ${secret}.`,
        messages: [userMessage(`Use ${key} and Bearer abcdefghijklmnopqrst`)],
        tools: [{ ...weatherTool, description: secret }],
      }),
      requestOf({ messages: [userMessage('Say it')] }),
      requestOf({ messages: [userMessage('Fail')] }),
    ];
    const replies = [
      toolReply({ id: 'a', name: 'weather', fragments: ['{"city":"hidd', 'en-value-17"}'] }),
      textReply('It is hidden-', 'value', '-17.'),
      errorReply(400, `no ${secret}`),
    ];
    await record(file, replies, requests);
    const text = readFileSync(file, 'utf8');
    for (const part of [secret, key, 'abcdefghijklmnopqrst', 'hidden-', 'authorization'])
      expect(text).not.to.include(part);
    expect(text).to.include('The password is [secret].');
    const [, said] = await play(file, requests);
    expect(said?.events[0]).to.deep.equal({ type: 'text_delta', text: 'It is [secret].' });
  });

  it('answers calls that are the same in the order of the recording, the last answer again and again', async () => {
    const file = newFile();
    const same = [requestOf({}), requestOf({}), requestOf({})];
    await record(file, [textReply('one'), textReply('two')], same.slice(0, 2));
    expect((await play(file, same)).map(said)).to.deep.equal(['one', 'two', 'two']);
  });

  it('is gone on with, and what is recorded again replaces what was', async () => {
    const file = newFile();
    const other = requestOf({ messages: [userMessage('Other')] });
    await record(file, [textReply('one')], [requestOf({}), requestOf({})]);
    await record(file, [textReply('new'), textReply('other')], [requestOf({}), other], 'two');
    expect((await play(file, [requestOf({}), requestOf({}), other])).map(said)).to.deep.equal([
      'new',
      'new',
      'other',
    ]);
  });

  it('knows a call whatever its ids, its images are named by their digest, and who asks is no part of it', async () => {
    const file = newFile();
    const of = (id: string, agent: string): ModelRequest =>
      requestOf({
        system: `You work on run_${id}.`,
        messages: [{ role: 'user', content: [{ type: 'image', image: 'aGk=', mediaType: 'image/png' }] }],
        origin: { agent, turn: 1 },
      });
    await record(file, [textReply('Hi')], [of('01J8Z6Y1ABCDEFGHJKMNPQRSTV', 'a')]);
    expect((await play(file, [of('01K8Z6Y1ABCDEFGHJKMNPQRSTV', 'b')])).map(said)).to.deep.equal(['Hi']);
    expect(readFileSync(file, 'utf8'))
      .to.match(/image: sha256:[0-9a-f]{64}/)
      .and.not.include('aGk=');
  });

  it('keeps only calls that came to an end: no failed attempt before, nothing that was stopped', async () => {
    const file = newFile();
    const stop = new AbortController();
    const models = await recorder(file, [errorReply(503, 'busy'), textReply('Hi')]);
    await collect(models.models, requestOf({}));
    models.server.reply({ events: [], hang: true });
    const stopped = failure(
      models.models,
      requestOf({ signal: stop.signal, messages: [userMessage('Other')] }),
    );
    stop.abort(new Error('enough'));
    expect((await stopped).code).to.equal('aborted');
    await models.server.close();
    expect(readFileSync(file, 'utf8').split('---\n')).to.have.length(2);
    expect(
      (await play(file, [requestOf({})])).map(({ events }) => events.map(({ type }) => type)),
    ).to.deep.equal([['text_delta', 'finish']]);
  });

  it('stops when it is aborted', async () => {
    const file = newFile();
    await record(file, [textReply('Good ', 'morning')], [requestOf({})]);
    const stop = new AbortController();
    const seen: string[] = [];
    try {
      for await (const event of player(file).stream(requestOf({ signal: stop.signal }))) {
        seen.push(event.type);
        stop.abort();
      }
    } catch (thrown) {
      seen.push((thrown as Problem).code);
    }
    expect(seen).to.deep.equal(['text_delta', 'aborted']);
  });

  it('is refused when it is missing, broken or something else', async () => {
    const folder = temporaryFolder();
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const refusals = [
      () => openPlayer(join(folder, 'none.yaml')),
      () => openPlayer(write('other.yaml', 'name: x\n')),
      () => openPlayer(write('empty.yaml', '')),
      () => openPlayer(write('broken.yaml', 'cassette: 1\n---\na: [\n')),
      () => openPlayer(write('half.yaml', 'cassette: 1\n---\nrequest: {}\n')),
      () => openRecorder(write('mine.yaml', 'name: x\n'), 'one'),
    ].map((open) => {
      try {
        open();
      } catch (thrown) {
        return (thrown as Problem).message.replaceAll(`${folder}/`, '');
      }
      return 'opened';
    });
    expect(refusals).to.deep.equal([
      'no cassette "none.yaml": there is no such file; write one with "record"',
      '"other.yaml" is no cassette that can be read: it does not begin with "cassette: 1"',
      '"empty.yaml" is no cassette that can be read: it does not begin with "cassette: 1"',
      '"broken.yaml" is no cassette that can be read: Flow sequence in block collection must be sufficiently indented and end with a ] at line 4, column 1',
      '"half.yaml" is no cassette that can be read: call 1 has no "request" or no "answer"',
      '"mine.yaml" is no cassette that can be read: it does not begin with "cassette: 1"',
    ]);
  });
});

/** What one call gave. */
interface Call {
  readonly events: readonly ModelEvent[];
  readonly error: { readonly code: string; readonly message: string; readonly details: Json } | undefined;
}

function newFile(): string {
  return join(temporaryFolder(), 'tapes', 'a.yaml');
}

async function recorder(file: string, replies: readonly FakeReply[], recording = 'one') {
  const server = await startFakeServer(...replies);
  const provider = providerOf({ type: 'openai-compatible', baseUrl: server.baseUrl, apiKey: 'KEY' });
  const real = modelsOf({
    providers: { local: provider },
    secrets: secretsOf({ KEY: secret }),
    clock: createStepClock(),
  });
  return { server, models: openRecorder(file, recording)(real, redact) };
}

/** Calls a server over a cassette, and leaves nothing of it but the file. */
async function record(
  file: string,
  replies: readonly FakeReply[],
  requests: readonly ModelRequest[],
  recording?: string,
): Promise<Call[]> {
  const { server, models } = await recorder(file, replies, recording);
  const calls: Call[] = [];
  for (const request of requests) calls.push(await callOf(models, request));
  await server.close();
  return calls;
}

function player(file: string): Models {
  const provider = providerOf({ type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'KEY' });
  return openPlayer(file)(modelsOf({ providers: { local: provider } }), redact);
}

async function play(file: string, requests: readonly ModelRequest[]): Promise<Call[]> {
  const models = player(file);
  const calls: Call[] = [];
  for (const request of requests) calls.push(await callOf(models, request));
  return calls;
}

async function callOf(models: Models, request: ModelRequest): Promise<Call> {
  const events: ModelEvent[] = [];
  try {
    for await (const event of models.stream(request)) events.push(event);
    return { events, error: undefined };
  } catch (thrown) {
    const { code, message, details } = thrown as Problem;
    return { events, error: { code, message, details: details ?? null } };
  }
}

function said({ events }: Call): string {
  return events.map((event) => (event.type === 'text_delta' ? event.text : '')).join('');
}
