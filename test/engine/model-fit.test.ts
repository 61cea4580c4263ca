import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import { closeEngines, engineOf, failureOf, linesOf } from './kit.ts';

const config = (capabilities: string): string => `models:
  here: { model: local/x, maxOutputTokens: 99, capabilities: ${capabilities} }
  seeing: { model: local/y, capabilities: { images: true } }
providers: { local: { type: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1' } }
model: here
`;
const agent = 'description: A.\ninstructions: You answer.\n';
const picture = [{ image: 'aGk=', mediaType: 'image/png' }];

describe('engine: calls are fitted to what a model is known to do', () => {
  afterEach(closeEngines);

  it('a level of thinking that the model does not have becomes the nearest one, which is logged once', async () => {
    const { engine, models } = await engineOf(
      {
        'engine.yaml': config('{ thinking: [low, high] }'),
        'src/agents/a.yaml': `${agent}sandbox: virtual\n`,
      },
      [{ calls: [{ tool: 'read_file', input: { path: 'x' } }] }, 'done'],
    );
    const events: EngineEvent[] = [];
    const onEvent = (event: EngineEvent): void => void events.push(event);
    await engine.agents.session('a', 'one').prompt('Hello', { thinking: 'medium', onEvent });
    expect(models.requests.map(({ thinking }) => thinking)).to.deep.equal(['high', 'high']);
    expect(events.flatMap((event) => (event.type === 'log' ? [event.data] : []))).to.deep.equal([
      {
        level: 'info',
        message: 'model "local/x" has no thinking level "medium"; "high" is used',
        fields: { type: 'thinking_changed', model: 'local/x', asked: 'medium', used: 'high' },
      },
    ]);
  });

  it('a model that cannot think is refused the call before it is made, and "off" is kept by leaving it out', async () => {
    const { engine, models } = await engineOf({
      'engine.yaml': config('{ thinking: false }'),
      'src/agents/a.yaml': agent,
    });
    const session = engine.agents.session('a', 'one');
    expect(await failureOf(session.prompt('Hello', { thinking: 'low' }))).to.deep.equal({
      type: 'invalid_request',
      message: 'model "local/x" cannot think; leave "thinking" out, or write "thinking: off"',
    });
    expect(models.requests).to.deep.equal([]);
    await session.prompt('Hello', { thinking: 'off' });
    expect(models.requests[0]).not.to.have.property('thinking');
  });

  it('a model without images is refused them, the session goes on, and those of before are named', async () => {
    const { engine, models } = await engineOf({
      'engine.yaml': config('{ images: false }'),
      'src/agents/a.yaml': agent,
    });
    const session = engine.agents.session('a', 'one');
    expect((await failureOf(session.prompt('See', { images: picture }))).type).to.equal('invalid_request');
    expect(await session.history()).to.deep.equal([]);
    await session.prompt('See', { images: picture, model: 'seeing' });
    await session.prompt('And now?');
    expect(linesOf(models.requests[1]?.messages ?? [])).to.deep.equal([
      'user: See [an image that you cannot see]',
      'assistant: ok',
      'user: And now?',
    ]);
    expect(linesOf(models.requests[0]?.messages ?? [])).to.deep.equal(['user: See image']);
  });

  it('a model that calls no tools is not asked by an agent that has some', async () => {
    const { engine } = await engineOf({
      'engine.yaml': config('{ tools: false }'),
      'src/agents/a.yaml': `${agent}model: seeing\nsandbox: virtual\n`,
    });
    const problem = await failureOf(engine.agents.session('a', 'one').prompt('Hi', { model: 'here' }));
    expect(problem.message).to.equal(
      'model "local/x" calls no tools, and the agent has some; give the agent another model',
    );
  });

  it('the most that the config lets a model write is asked for where settings say nothing', async () => {
    const { engine, models } = await engineOf({
      'engine.yaml': config('{}'),
      'src/agents/a.yaml': agent,
      'src/agents/b.yaml': `${agent}modelSettings: { maxOutputTokens: 5 }\n`,
    });
    await engine.agents.session('a', 'one').prompt('Hello');
    await engine.agents.session('b', 'one').prompt('Hello');
    expect(models.requests.map(({ settings }) => settings.maxOutputTokens)).to.deep.equal([99, 5]);
  });

  it('a model may be named with a colon', async () => {
    const { engine, models } = await engineOf({
      'engine.yaml': config('{}'),
      'src/agents/a.yaml': `${agent}model: local:qwen3:8b\n`,
    });
    await engine.agents.session('a', 'one').prompt('Hello');
    await engine.agents.session('a', 'one').prompt('Hello', { model: 'local/qwen3:8b' });
    expect(models.requests.map(({ model }) => [model.provider, model.id])).to.deep.equal([
      ['local', 'qwen3:8b'],
      ['local', 'qwen3:8b'],
    ]);
  });
});
