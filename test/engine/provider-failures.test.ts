import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { createEngine } from '../../engine/engine.ts';
import {
  chunk,
  errorReply,
  startFakeServer,
  textReply,
  toolReply,
  type FakeReply,
  type FakeServer,
} from '../fakes/openai-server.ts';
import { findingsOf, projectOf } from '../fakes/project.ts';
import { failureOf, gate } from './kit.ts';
import { leapingClock, type LeapingClock } from './leaping-clock.ts';

describe('an engine whose provider fails', () => {
  let engine: Engine;
  let server: FakeServer;
  afterEach(async () => {
    await engine.close();
    await server.close();
  });

  /** Tells of a text that a model begins. */
  let begun: ReturnType<typeof gate<void>>;
  let clock: LeapingClock;

  async function start(provider: object, ...replies: readonly FakeReply[]): Promise<void> {
    begun = gate();
    clock = leapingClock();
    server = await startFakeServer(...replies);
    const local = { type: 'openai-compatible', baseUrl: server.baseUrl, ...provider };
    const project = projectOf({
      'engine.yaml': { providers: { local } },
      'src/agents/clerk.yaml': { model: 'local/fake', sandbox: 'virtual', tools: ['glob'] },
      'src/workflows/ask.yaml': {
        steps: [{ id: 'one', agent: 'clerk', message: 'Hello', retry: { maxAttempts: 2, delay: '1ms' } }],
      },
    });
    engine = await createEngine({
      project,
      store: 'memory',
      env: {},
      ports: { clock },
      observers: [({ type }) => void (type === 'text_delta' && begun.open())],
    });
  }
  const ask = async (): Promise<{ readonly events: EngineEvent[]; readonly text: string }> => {
    const events: EngineEvent[] = [];
    const onEvent = (event: EngineEvent): void => void events.push(event);
    const { text } = await engine.agents.session('clerk', 'a').prompt('Hello', { onEvent });
    return { events, text };
  };

  it('stores why a call was made again', async () => {
    await start({ retry: { delay: '1ms' } }, errorReply(529, 'Overloaded'), textReply('Hi'));
    const { events, text } = await ask();
    expect(text).to.equal('Hi');
    const retry = events.find(({ type }) => type === 'turn_retry');
    if (retry?.type !== 'turn_retry') throw new Error('no turn_retry');
    expect(retry.index).to.be.greaterThan(0);
    expect(retry.turnId).to.match(/^turn_/);
    expect(retry.data).to.deep.include({
      model: 'local/fake',
      attempt: 1,
      error: {
        type: 'model_unavailable',
        message: 'model "local/fake" is unavailable: Overloaded (status 529)',
        details: { model: 'local/fake', status: 529 },
      },
    });
  });

  it('makes as many calls as the config says', async () => {
    await start({ retry: { maxAttempts: 5, delay: '1ms' } }, errorReply(503, 'busy'));
    expect((await failureOf(ask())).type).to.equal('model_unavailable');
    expect(server.requests).to.have.length(5);
  });

  it('a stream that is silent for its idle timeout fails, and a step tries it again as a whole', async () => {
    const half = { events: [chunk({ delta: { content: 'Good ' } })], hang: true };
    await start({ idleTimeout: '1m' }, half, textReply('Good morning'));
    const work = engine.workflows.run('ask');
    await begun.opened;
    clock.leap(60_000);
    const { output } = await work;
    expect(output).to.deep.equal('Good morning');
    expect(server.requests).to.have.length(2);
  });

  it('silence before the first word is asked again within the budget', async () => {
    await start({ idleTimeout: '1m', retry: { delay: '1ms' } }, { events: [], hang: true }, textReply('Hi'));
    const asked = ask();
    await server.asked;
    clock.leap(60_000);
    const { events, text } = await asked;
    expect(text).to.equal('Hi');
    expect(events.some(({ type }) => type === 'turn_retry')).to.equal(true);
  });

  it('the input of a tool is live only, under the id of its call', async () => {
    const call = { id: 'call_1', name: 'glob', fragments: ['{"pattern":', '"*"}'] };
    await start({}, toolReply(call), textReply('None.'));
    const { events } = await ask();
    const deltas = events.flatMap((event) => (event.type === 'tool_input_delta' ? [event] : []));
    expect(deltas.map(({ data, toolCallId, index, id }) => ({ data, toolCallId, index, id }))).to.deep.equal(
      call.fragments.map((text) => ({
        data: { tool: 'glob', text },
        toolCallId: 'call_1',
        index: 0,
        id: '',
      })),
    );
    const started = events.findIndex(({ type }) => type === 'tool_start');
    expect(events.findIndex(({ type }) => type === 'tool_input_delta')).to.be.lessThan(started);
  });
});

describe('link: what is said of calls of a provider', () => {
  it('an API that OpenAI does not have is reported', async () => {
    const project = { 'engine.yaml': { providers: { openai: { options: { api: 'chatt' } } } } };
    expect((await findingsOf(project)).join('\n')).to.match(
      /error schema\/bad-enum "openai" has no API "chatt"; did you mean "chat"\?$/,
    );
  });

  it('durations and numbers that cannot be are reported', async () => {
    const retry = { maxAttempts: 0, delay: 'soon' };
    const project = { 'engine.yaml': { providers: { openai: { idleTimeout: 5, retry } } } };
    expect(await findingsOf(project)).to.have.length(3);
  });
});
