import { expect } from 'chai';
import type { ModelRequest } from '../../engine/ports/model.ts';
import {
  all,
  closeEngines,
  engineOf,
  failureOf,
  gate,
  linesOf,
  type Answer,
  type Call,
} from '../engine/kit.ts';

const agent = (more: string, text: string): string =>
  `---\ndescription: An agent.\nmodel: openai/m\n${more}---\n\n${text}\n`;

const task = (prompt: string, more: object = {}): Call => ({ tool: 'task', input: { prompt, ...more } });

/** A lead whose limits are `limits`, and a worker that calls a tool `rounds` times before it answers. */
const project = (limits: string, more = ''): Record<string, string> => ({
  'engine.yaml': more,
  'src/agents/lead.md': agent(`subagents: [worker]\n${limits}`, 'You lead.'),
  'src/profiles/worker.md': agent('skills: [counting]\n', 'You work.'),
  'src/skills/counting/SKILL.md':
    '---\nname: counting\ndescription: How to count.\n---\n\nOne, two, three.\n',
});

const load: Call = { tool: 'load_skill', input: { name: 'counting' } };

describe('sessions: limits of tasks', () => {
  afterEach(closeEngines);

  it('with a depth of 0 there is no tool to give tasks with', async () => {
    const { engine, models } = await engineOf(project('', 'defaults: { maxTaskDepth: 0 }\n'));
    await engine.agents.session('lead', 'x').prompt('Go');
    expect(models.requests[0]?.tools).to.deep.equal([]);
  });

  it('with a depth of 2 a task may give one, which may give none', async () => {
    const depths: string[][] = [];
    const { engine } = await engineOf(
      {
        'engine.yaml': 'defaults: { maxTaskDepth: 2 }\n',
        'src/agents/lead.md': agent('tools: [task]\n', 'You lead.'),
      },
      ({ tools, messages }: ModelRequest): Answer => {
        if (messages.at(-1)?.role === 'tool') return 'up';
        depths.push(tools.map(({ name }) => name));
        return tools.length > 0 ? { calls: [task('down')] } : 'bottom';
      },
    );
    await engine.agents.session('lead', 'x').prompt('Go');
    expect(depths).to.deep.equal([['task'], ['task'], []]);
  });

  for (const [limit, used] of [
    ['modelCalls: 4', 'modelCalls'],
    ['tokens: 60', 'tokens'],
  ] as const)
    it(`${limit} of a parent hold for its tasks too, and are looked at before each of their calls`, async () => {
      const { engine, models } = await engineOf(project(`limits: { ${limit} }\n`), ({ system }) => ({
        calls: [system.startsWith('You lead') ? task('work', { agent: 'worker' }) : load],
      }));
      const session = engine.agents.session('lead', 'x');
      expect(await failureOf(session.prompt('Go'))).to.deep.equal({
        type: 'limit_reached',
        message: `agent "lead" reached its limit of ${limit.slice(-2).trim()} ${used}`,
      });
      // The parent's one, and three of the task.
      expect(models.requests.map(({ system }) => system.split(' ')[1]?.slice(0, 4))).to.deep.equal([
        'lead',
        'work',
        'work',
        'work',
      ]);
      expect(linesOf(await session.history()).slice(2)).to.deep.equal([
        `tool: ! "agent \\"lead\\" reached its limit of ${limit.slice(-2).trim()} ${used}"`,
      ]);
    });

  it('tasks side by side make together no more model calls than their parent may', async () => {
    const { engine, models } = await engineOf(project('limits: { modelCalls: 4 }\n'), ({ system }) => ({
      calls: system.startsWith('You lead')
        ? ['a', 'b', 'c', 'd', 'e'].map((name) => task(name, { agent: 'worker' }))
        : [load],
    }));
    expect((await failureOf(engine.agents.session('lead', 'x').prompt('Go'))).type).to.equal('limit_reached');
    expect(models.requests).to.have.length(4);
  });

  it('a limit of the helper ends the task, and the parent goes on', async () => {
    const { engine } = await engineOf(
      {
        ...project(''),
        'src/profiles/worker.md': agent('skills: [counting]\nlimits: { modelCalls: 2 }\n', 'You work.'),
      },
      ({ system, messages }): Answer => {
        if (!system.startsWith('You lead')) return { calls: [load] };
        const last = messages.at(-1);
        return last?.role === 'tool'
          ? String(last.content[0]?.output)
          : { calls: [task('work', { agent: 'worker' })] };
      },
    );
    const { text, usage } = await engine.agents.session('lead', 'x').prompt('Go');
    expect(text).to.equal('agent "worker" reached its limit of 2 modelCalls');
    // What a task used counts for its parent, however it ended.
    expect(usage.totalTokens).to.equal(4 * 15);
  });

  it('the time of a parent ends its tasks', async () => {
    const { engine } = await engineOf(project('limits: { duration: 50ms }\n'), ({ system }) =>
      system.startsWith('You lead')
        ? { calls: [task('work', { agent: 'worker' })] }
        : new Promise<Answer>(() => undefined),
    );
    expect(await failureOf(engine.agents.session('lead', 'x').prompt('Go'))).to.deep.equal({
      type: 'timeout',
      message: 'agent "lead" took longer than 50 ms',
    });
  });

  it('the timeout of a helper ends its task only', async () => {
    const { engine } = await engineOf(
      { ...project(''), 'src/profiles/worker.md': agent('timeout: 50ms\n', 'You work.') },
      ({ system, messages }): Answer | Promise<Answer> => {
        if (!system.startsWith('You lead')) return new Promise<Answer>(() => undefined);
        const last = messages.at(-1);
        return last?.role === 'tool'
          ? String(last.content[0]?.output)
          : { calls: [task('work', { agent: 'worker' })] };
      },
    );
    const { text } = await engine.agents.session('lead', 'x').prompt('Go');
    expect(text).to.equal('agent "worker" took longer than 50 ms');
  });

  it('tasks of one turn work side by side, as many as the config says, and are answered in the order of their calls', async () => {
    const gates = new Map(['a', 'b', 'c'].map((name) => [name, gate()]));
    const begun: string[] = [];
    const waiting = { two: gate(), three: gate() };
    const { engine } = await engineOf(
      project('', 'defaults: { maxParallelTasks: 2 }\n'),
      async ({ system, messages }): Promise<Answer> => {
        if (system.startsWith('You lead'))
          return messages.at(-1)?.role === 'tool'
            ? 'done'
            : { calls: [...gates.keys()].map((name) => task(name, { agent: 'worker' })) };
        const name = linesOf(messages)[0]?.slice(-1) ?? '';
        begun.push(name);
        if (begun.length === 2) waiting.two.open();
        if (begun.length === 3) waiting.three.open();
        await gates.get(name)?.opened;
        return `${name} done`;
      },
    );
    const session = engine.agents.session('lead', 'x');
    const events = all(session.stream('Go'));
    await waiting.two.opened;
    await new Promise(setImmediate);
    expect(begun).to.deep.equal(['a', 'b']);
    gates.get('b')?.open();
    await waiting.three.opened;
    expect(begun).to.deep.equal(['a', 'b', 'c']);
    for (const { open } of gates.values()) open();
    const ends = (await events).filter(({ type, taskId }) => type === 'task_start' && taskId !== undefined);
    expect(new Set(ends.map(({ taskId }) => taskId)).size).to.equal(3);
    expect(linesOf(await session.history())[2]).to.equal('tool: = "a done" = "b done" = "c done"');
  });
});
