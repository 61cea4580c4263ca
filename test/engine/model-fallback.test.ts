import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import { noUsage } from '../../engine/core/message.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { ModelEvent, ModelRequest, Models } from '../../engine/ports/model.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Engine } from '../../engine/api.ts';
import { programOf, type Files } from '../fakes/project.ts';

const config = `models:
  first: { model: one/a, fallback: [second, three/c] }
  second: { model: two/b, price: { input: 100000, output: 0 }, fallback: [four/d] }
providers:
  one: { type: openai-compatible, baseUrl: 'http://127.0.0.1:1/v1' }
  two: { type: openai-compatible, baseUrl: 'http://127.0.0.1:1/v1' }
  three: { type: openai-compatible, baseUrl: 'http://127.0.0.1:1/v1' }
  four: { type: openai-compatible, baseUrl: 'http://127.0.0.1:1/v1' }
model: first
`;
const agent = 'description: A.\ninstructions: You answer.\nsandbox: virtual\n';

describe('engine: models that fall back to others', () => {
  let engine: Engine | undefined;
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  it('a model that is unavailable is replaced, which is logged, and the result names who answered', async () => {
    const { asked, prompt } = await open((id) => {
      if (id === 'a') throw unavailable(id);
      return 'hi';
    });
    const { result, events } = await prompt();
    expect(asked).to.deep.equal(['one/a', 'two/b']);
    expect([result.text, result.model]).to.deep.equal(['hi', 'two/b']);
    expect(result.usage.costUsd).to.equal(1);
    expect(events.flatMap((event) => (event.type === 'log' ? [event] : []))).to.have.length(1);
    const log = events.find((event) => event.type === 'log');
    expect(log?.data).to.deep.equal({
      level: 'warn',
      message: 'model "a" is unavailable; "two/b" is asked instead',
      fields: {
        type: 'model_fallback',
        from: 'one/a',
        to: 'two/b',
        error: { type: 'model_unavailable', message: 'model "a" is unavailable' },
      },
    });
    expect(log?.turnId).to.match(/^turn_/);
    const end = events.find((event) => event.type === 'turn_end');
    expect(end?.data).to.deep.include({ model: 'two/b', text: 'hi' });
  });

  it('chains of aliases are followed in depth, each model once; the last failure is told', async () => {
    const { asked, prompt } = await open((id) => {
      throw unavailable(id);
    });
    const failure = await prompt().then(
      () => undefined,
      (thrown: unknown) => thrown as Problem,
    );
    expect(asked).to.deep.equal(['one/a', 'two/b', 'four/d', 'three/c']);
    expect([failure?.code, failure?.message]).to.deep.equal([
      'model_unavailable',
      'model "c" is unavailable',
    ]);
  });

  it('the operation stays with the model that answered, the next one begins with the first again', async () => {
    let turn = 0;
    const { asked, prompt } = await open((id) => {
      if (id === 'a') throw unavailable(id);
      turn += 1;
      return turn === 1 ? { tool: 'read_file' } : 'done';
    });
    await prompt();
    expect(asked).to.deep.equal(['one/a', 'two/b', 'two/b']);
    await prompt();
    expect(asked.slice(3)).to.deep.equal(['one/a', 'two/b']);
  });

  for (const code of ['model_failed', 'model_refused', 'missing_secret']) {
    it(`${code} is no reason to ask another model`, async () => {
      const { asked, prompt } = await open(() => {
        throw new Problem(code, 'no');
      });
      const failure = await prompt().then(
        () => undefined,
        (thrown: unknown) => thrown as Problem,
      );
      expect(failure?.code).to.equal(code);
      expect(asked).to.deep.equal(['one/a']);
    });
  }

  it('no other model goes on with what one has begun to say', async () => {
    const { asked, prompt } = await open((id) => ({ begun: 'Once upon', then: unavailable(id) }));
    const failure = await prompt().then(
      () => undefined,
      (thrown: unknown) => thrown as Problem,
    );
    expect(failure?.code).to.equal('model_unavailable');
    expect(asked).to.deep.equal(['one/a']);
  });

  it('a model that cannot take the call is passed over in the chain', async () => {
    const { asked, prompt } = await open(
      (id) => {
        if (id === 'a') throw unavailable(id);
        return 'seen';
      },
      {
        'engine.yaml': config
          .replace('price: { input: 100000, output: 0 }', 'capabilities: { images: false }')
          .replace('fallback: [four/d]', ''),
      },
    );
    const { result } = await prompt({ images: [{ image: 'aGk=', mediaType: 'image/png' }] });
    expect(asked).to.deep.equal(['one/a', 'three/c']);
    expect(result.model).to.equal('three/c');
  });

  type Said = string | { readonly tool: string } | { readonly begun: string; readonly then: Problem };

  async function open(
    say: (id: string) => Said,
    files: Files = {},
  ): Promise<{
    readonly asked: string[];
    prompt(options?: Parameters<ReturnType<Engine['agents']['session']>['prompt']>[1]): Promise<{
      readonly result: Awaited<ReturnType<ReturnType<Engine['agents']['session']>['prompt']>>;
      readonly events: EngineEvent[];
    }>;
  }> {
    const asked: string[] = [];
    const models: Models = {
      async *stream({ model }: ModelRequest): AsyncGenerator<ModelEvent> {
        asked.push(`${model.provider}/${model.id}`);
        const busy = { type: 'model_unavailable', message: 'busy' };
        yield { type: 'retry', model: 'x', attempt: 1, waitMs: 1, error: busy };
        const said = await Promise.resolve(say(model.id));
        if (typeof said === 'object' && 'begun' in said) {
          yield { type: 'text_delta', text: said.begun };
          throw said.then;
        }
        yield {
          type: 'finish',
          finish: typeof said === 'string' ? 'stop' : 'tool_calls',
          usage: { ...noUsage, inputTokens: 10, outputTokens: 5, totalTokens: 15 },
          message: {
            role: 'assistant',
            content:
              typeof said === 'string'
                ? [{ type: 'text', text: said }]
                : [{ type: 'tool_call', toolCallId: 'call_1', toolName: said.tool, input: { path: 'x' } }],
          },
        };
      },
    };
    const opened = await createEngine({
      program: await programOf({ 'engine.yaml': config, 'src/agents/a.yaml': agent, ...files }),
      store: 'memory',
      env: {},
      ports: { models },
    });
    engine = opened;
    return {
      asked,
      async prompt(options = {}) {
        const events: EngineEvent[] = [];
        const session = opened.agents.session('a', 'one');
        const result = await session.prompt('Hello', { ...options, onEvent: (event) => events.push(event) });
        return { result, events };
      },
    };
  }
});

function unavailable(id: string): Problem {
  return new Problem('model_unavailable', `model "${id}" is unavailable`);
}
