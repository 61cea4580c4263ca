import { expect } from 'chai';
import { turnLoop } from '../../engine/adapters/harness/loop.ts';
import type { Harness } from '../../engine/ports/harness.ts';
import type { Models } from '../../engine/ports/model.ts';
import { closeEngines, engineOf, failureOf } from '../engine/kit.ts';

const files = {
  'src/agents/a.yaml': { description: 'A.', model: 'openai/x', tools: ['key'] },
  'src/tools/key.ts':
    "export default { description: 'K.', inputSchema: { type: 'object' }, run: (input, ctx) => ctx.idempotencyKey };",
};

describe('regressions: calls and prompts by the dozen', () => {
  afterEach(closeEngines);

  it('calls to which the model gives the same id have idempotency keys of their own', async () => {
    const sameIds: Harness = {
      ...turnLoop,
      run: (task, context) => turnLoop.run(task, { ...context, models: withSameIds(context.models) }),
    };
    const { engine } = await engineOf(
      files,
      (_request, turn) => (turn <= 2 ? { calls: [{ tool: 'key' }, { tool: 'key' }] } : 'ok'),
      { harnesses: { 'ai-sdk': sameIds } },
    );
    const session = engine.agents.session('a', '1');
    await session.prompt('Go');
    const keys = (await session.history()).flatMap((message) =>
      message.role === 'tool' ? message.content.map(({ output }) => output) : [],
    );
    expect(keys).to.have.length(4);
    expect(new Set(keys).size).to.equal(4);
  });

  it('fifty calls side by side raise no warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    try {
      const { engine } = await engineOf(files, (_request, turn) =>
        turn === 1 ? { calls: Array.from({ length: 50 }, () => ({ tool: 'key' })) } : 'ok',
      );
      await engine.agents.session('a', '1').prompt('Go');
      await new Promise(setImmediate);
      expect(warnings).to.deep.equal([]);
    } finally {
      process.off('warning', onWarning);
    }
  });

  it('a prompt that was given up before it came does not wait for its turn', async () => {
    const { engine } = await engineOf(files, () => new Promise<never>(() => undefined));
    const session = engine.agents.session('a', '1');
    const running = failureOf(session.prompt('Wait'));
    const refused = await failureOf(session.prompt('Hi', { signal: AbortSignal.abort() }));
    expect(refused.type).to.equal('aborted');
    await session.abort();
    expect((await running).type).to.equal('aborted');
  });
});

function withSameIds(models: Models): Models {
  return {
    async *stream(request) {
      for await (const event of models.stream(request)) {
        if (event.type !== 'finish' || event.message.role !== 'assistant') yield event;
        else {
          const content = event.message.content.map((part) =>
            part.type === 'tool_call' ? { ...part, toolCallId: 'call_0' } : part,
          );
          yield { ...event, message: { ...event.message, content } };
        }
      }
    },
  };
}
