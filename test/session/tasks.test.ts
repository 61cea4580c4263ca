import { expect } from 'chai';
import type { ModelRequest } from '../../engine/ports/model.ts';
import { all, closeEngines, engineOf, failureOf, linesOf, type Answer } from '../engine/kit.ts';

const project = {
  'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
  'src/profiles/helper.md':
    '---\ndescription: Helps with files.\nsandbox: box\ntools: [write]\n---\n\nYou help.\n',
  'src/agents/typed.md': `---
description: Counts.
model: openai/own
outputSchema: { type: object, required: [n], properties: { n: { type: number } } }
---

You count.
`,
  'src/agents/lead.md':
    '---\ndescription: Leads.\nmodel: openai/lead\nsandbox: box\nsubagents: [helper, typed]\n---\n\nYou lead.\n',
};

describe('sessions: tasks', () => {
  afterEach(closeEngines);

  it('a subagent works with a clean history in the same files; its events are in the stream of its parent', async () => {
    const { engine, models } = await engineOf(project, ({ system, messages }): Answer => {
      const last = messages.at(-1);
      if (system.startsWith('You help')) {
        return last?.role === 'tool'
          ? 'written'
          : { calls: [{ tool: 'write', input: { path: 'f.txt', content: 'by helper' } }] };
      }
      if (last?.role !== 'tool')
        return { calls: [{ tool: 'task', input: { prompt: 'write it', agent: 'helper' } }] };
      if (messages.length === 3) return { calls: [{ tool: 'read', input: { path: 'f.txt' } }] };
      return `it says ${JSON.stringify(last.content[0]?.output)}`;
    });
    const session = engine.agents.session('lead', 'x');
    const events = await all(session.stream('Go'));
    expect(linesOf(await session.history()).slice(0, 3)).to.deep.equal([
      'user: Go',
      'assistant: task({"prompt":"write it","agent":"helper"})',
      'tool: = "written"',
    ]);
    expect((await session.history()).at(-1)?.content[0])
      .to.have.property('text')
      .that.contains('by helper');
    const helper = models.requests.find(({ system }) => system.startsWith('You help'));
    expect(linesOf(helper?.messages ?? [])).to.deep.equal(['user: write it']);
    expect(helper?.model).to.deep.include({ provider: 'openai', id: 'lead' });
    expect(helper?.tools.map(({ name }) => name)).to.deep.equal(['write']);

    const stored = events.filter(({ index }) => index > 0);
    const begin = stored.findIndex(({ type }) => type === 'task_start');
    const end = stored.findIndex(({ type }) => type === 'task_end');
    expect(stored.slice(begin - 1, end + 2).map(({ type }) => type)).to.deep.equal([
      'tool_start',
      'task_start',
      'operation_start',
      'turn_start',
      'turn_end',
      'tool_start',
      'tool_end',
      'turn_start',
      'turn_end',
      'operation_end',
      'task_end',
      'tool_end',
    ]);
    const parent = stored[0]?.operationId;
    const inside = stored.slice(begin + 1, end);
    expect(new Set(inside.map(({ taskId }) => taskId))).to.deep.equal(new Set([stored[begin]?.taskId]));
    for (const event of inside) {
      expect(event.parentId).to.equal(parent);
      expect(event.operationId).not.to.equal(parent);
      expect(event.agent).to.equal('task:helper');
    }
    expect(stored[begin]?.data).to.deep.equal({ prompt: 'write it', agent: 'helper' });
    expect(stored[end]?.data).to.deep.include({ isError: false, text: 'written' });
    expect(stored[end]?.data).to.have.nested.property('usage.totalTokens', 30);
  });

  it('a subagent gives its typed result as JSON; what it used counts for its parent', async () => {
    const { engine } = await engineOf(project, ({ system, messages }): Answer => {
      if (system.startsWith('You count')) return '{"n": 7}';
      return messages.at(-1)?.role === 'tool'
        ? 'done'
        : { calls: [{ tool: 'task', input: { prompt: 'count', agent: 'typed' } }] };
    });
    const session = engine.agents.session('lead', 'x');
    const { usage } = await session.prompt('Go');
    expect(linesOf(await session.history())[2]).to.equal('tool: = {"n":7}');
    expect(usage.totalTokens).to.equal(45);
  });

  it('a task of a task is deeper, and depth has an end', async () => {
    const { engine, models } = await engineOf(project, ({ tools, messages }: ModelRequest): Answer => {
      if (messages.at(-1)?.role === 'tool') return 'up';
      return tools.some(({ name }) => name === 'task')
        ? { calls: [{ tool: 'task', input: { prompt: 'down' } }] }
        : 'bottom';
    });
    await engine.agents.session('lead', 'x').prompt('Go');
    expect(models.requests.filter(({ messages }) => messages.length === 1)).to.have.length(9);
  });

  it('an unknown helper is answered with the choices, a failing one with its problem', async () => {
    const { engine } = await engineOf(project, ({ system, messages }): Answer => {
      if (system.startsWith('You count')) return 'no number';
      if (messages.at(-1)?.role === 'tool') return 'ok';
      return {
        calls: [
          { tool: 'task', input: { prompt: 'x', agent: 'nobody' } },
          { tool: 'task', input: { prompt: 'x', agent: 'typed' } },
        ],
      };
    });
    const session = engine.agents.session('lead', 'x');
    await session.prompt('Go');
    const [, , results] = await session.history();
    const outputs = results?.role === 'tool' ? results.content.map(({ output }) => String(output)) : [];
    expect(outputs[0]).to.match(/^invalid input: .*"helper"/);
    expect(outputs[1]).to.match(/^the model gave no valid result in 4 attempts/);
  });

  it('aborting the prompt ends its tasks', async () => {
    const { engine } = await engineOf(project, ({ system }): Answer | Promise<Answer> =>
      system.startsWith('You help')
        ? new Promise<Answer>(() => undefined)
        : { calls: [{ tool: 'task', input: { prompt: 'x', agent: 'helper' } }] },
    );
    const session = engine.agents.session('lead', 'x');
    const types: string[] = [];
    const failure = await failureOf(
      session.prompt('Go', {
        onEvent(event) {
          types.push(event.type);
          if (event.type === 'turn_start' && event.taskId !== undefined) void session.abort('enough');
        },
      }),
    );
    expect(failure).to.deep.equal({ type: 'aborted', message: 'enough' });
    expect(types.slice(-6)).to.deep.equal([
      'turn_end',
      'operation_end',
      'task_end',
      'tool_end',
      'operation_end',
      'submission_end',
    ]);
  });
});
