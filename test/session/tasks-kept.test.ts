import { expect } from 'chai';
import type { ModelRequest } from '../../engine/ports/model.ts';
import { all, closeEngines, engineOf, linesOf, type Answer } from '../engine/kit.ts';

const project = {
  'AGENTS.md': 'Be polite.\n',
  'src/roles/formal.md': '---\ndescription: Formal.\n---\n\nSpeak formally.\n',
  'src/skills/counting/SKILL.md':
    '---\nname: counting\ndescription: How to count.\n---\n\nOne, two, three.\n',
  'src/tools/stamp.ts': `export default { description: 'Stamps.', inputSchema: { type: 'object' }, run: () => 'stamped' };`,
  'src/profiles/own.md': `---
description: Has everything of its own.
model: anthropic/own
thinking: high
modelSettings: { temperature: 0.5 }
skills: [counting]
subagents: [bare]
tools: [stamp]
harness: marked
---

You have your own.
`,
  'src/profiles/bare.md':
    '---\ndescription: Has nothing.\n---\n\nYou are bare, {{agent.name}} of {{instance.id}}.\n',
  'src/agents/typed.md': `---
description: Adds.
model: openai/adder
inputSchema: { type: object, required: [a], properties: { a: { type: number } }, additionalProperties: false }
---

You add {{input.a}}.
`,
  'src/agents/lead.md': `---
description: Leads.
model: openai/lead
thinking: low
subagents: [own, bare, typed]
outputSchema: { type: object, required: [ok], properties: { ok: { type: boolean } } }
---

You lead.
`,
};

/** A lead that gives one task and then answers; the requests of whoever did it. */
async function give(
  input: Readonly<Record<string, unknown>>,
  options: { readonly role?: string; readonly model?: string } = {},
  answer: (request: ModelRequest) => Answer = () => 'done',
) {
  const used: string[] = [];
  const { turnLoop } = await import('../../engine/adapters/harness/loop.ts');
  const { engine, models } = await engineOf(
    project,
    (request): Answer => {
      const isLead = linesOf(request.messages)[0] === 'user: Go';
      if (!isLead) return answer(request);
      return request.messages.at(-1)?.role === 'tool'
        ? { json: { ok: true } }
        : { calls: [{ tool: 'task', input: { prompt: 'Do it', ...input } }] };
    },
    {
      harnesses: {
        marked: {
          name: 'marked',
          run(task, context) {
            used.push(task.origin.agent);
            return turnLoop.run(task, context);
          },
        },
      },
    },
  );
  const session = engine.agents.session('lead', 'x');
  const events = await all(session.stream('Go', options));
  const inside = models.requests.filter(({ messages }) => linesOf(messages)[0] !== 'user: Go');
  return { inside, used, events, history: linesOf(await session.history()), engine };
}

describe('sessions: what helpers keep', () => {
  afterEach(closeEngines);

  it('a helper has its own model, thinking, settings, skills, subagents, tools and harness, and the instructions of the project', async () => {
    const { inside, used } = await give({ agent: 'own' });
    const [request] = inside;
    expect(request?.model).to.deep.include({ provider: 'anthropic', id: 'own' });
    expect(request?.thinking).to.equal('high');
    expect(request?.settings).to.deep.include({ temperature: 0.5 });
    expect(request?.tools.map(({ name }) => name)).to.have.members(['load_skill', 'task', 'stamp']);
    expect(request?.system)
      .to.contain('You have your own.')
      .and.contain('Be polite.')
      .and.contain('counting');
    expect(used).to.deep.equal(['own']);
  });

  it('a helper loads its own skill, calls its own tool and gives tasks to its own helpers', async () => {
    const calls = [
      { tool: 'load_skill', input: { name: 'counting' } },
      { tool: 'stamp', input: {} },
      { tool: 'task', input: { prompt: 'Deeper', agent: 'bare' } },
    ];
    const { inside, events } = await give({ agent: 'own' }, {}, ({ messages, system }) =>
      system.startsWith('You are bare')
        ? 'bare done'
        : messages.at(-1)?.role === 'tool'
          ? 'own done'
          : { calls },
    );
    expect(linesOf(inside.at(-1)?.messages ?? []).at(-1)).to.match(
      /^tool: = ".*One, two, three.*" = "stamped" = "bare done"$/s,
    );
    const bare = inside.find(({ system }) => system.startsWith('You are bare'));
    // Without a model of its own it works with that of who gave it the task.
    expect(bare?.model).to.deep.include({ provider: 'anthropic', id: 'own' });
    expect(bare?.system).to.contain('You are bare, bare of x.').and.contain('Be polite.');

    const tasks = events.filter(({ type }) => type === 'task_start');
    const operations = events.filter(({ type }) => type === 'operation_start');
    expect(operations.map(({ taskId }) => taskId)).to.deep.equal([
      undefined,
      ...tasks.map(({ taskId }) => taskId),
    ]);
    // Each hangs on the operation around it.
    expect(operations.map(({ parentId }) => parentId)).to.deep.equal([
      undefined,
      operations[0]?.operationId,
      operations[1]?.operationId,
    ]);
    expect(tasks.map(({ toolCallId }) => toolCallId)).to.not.include(undefined);
  });

  it('text and thinking of helpers are in the stream as they come', async () => {
    const { events } = await give({ agent: 'bare' }, {}, () => 'word');
    const deltas = events.filter(({ type }) => type === 'text_delta');
    expect(deltas[0]).to.deep.include({ data: { text: 'word' }, agent: 'task:bare' });
    expect(deltas[0]?.taskId).to.equal(events.find(({ type }) => type === 'task_start')?.taskId);
  });

  it('an agent that gives a task to itself keeps its role and the model of the call, and need not answer as it must itself', async () => {
    const { inside, history } = await give({}, { role: 'formal', model: 'openai/other' });
    expect(inside[0]?.system).to.contain('You lead.').and.contain('Speak formally.');
    expect(inside[0]?.model).to.deep.include({ provider: 'openai', id: 'other' });
    expect(inside[0]?.outputSchema).to.equal(undefined);
    expect(history[2]).to.equal('tool: = "done"');
  });

  it('a role of the parent is not put on a helper', async () => {
    const { inside } = await give({ agent: 'bare' }, { role: 'formal' });
    expect(inside[0]?.system).to.not.contain('Speak formally.');
  });

  it('a helper with an input is given one, which must fit', async () => {
    const { inside, history } = await give({ agent: 'typed', input: { a: 5 } });
    expect(inside[0]?.system).to.match(/^You add 5\./);
    expect(history[2]).to.equal('tool: = "done"');
    expect((await give({ agent: 'typed', input: { b: 5 } })).history[2]).to.match(
      /^tool: ! "input of agent \\"typed\\": /,
    );
    expect((await give({ agent: 'bare', input: { a: 5 } })).history[2]).to.match(
      /^tool: ! "agent \\"bare\\" takes a message, not an input/,
    );
  });

  it('the description of a task is told to who watches', async () => {
    const { events } = await give({ agent: 'bare', description: 'Look around' });
    expect(events.find(({ type }) => type === 'task_start')?.data).to.deep.equal({
      prompt: 'Do it',
      agent: 'bare',
      description: 'Look around',
    });
  });

  it('an empty prompt is refused before anything is told', async () => {
    const { history, events } = await give({ agent: 'bare', prompt: '  ' });
    expect(history[2]).to.equal('tool: ! "the prompt is empty"');
    expect(events.filter(({ type }) => type === 'task_start')).to.deep.equal([]);
  });

  it('tasks of agents of the same instance name do not meet', async () => {
    const { engine, models } = await engineOf(
      {
        ...project,
        'src/agents/other.md': project['src/agents/lead.md'].replace('You lead', 'You too lead'),
      },
      ({ messages }): Answer => {
        const [first] = linesOf(messages);
        if (first?.startsWith('user: Go') !== true) return 'done';
        return messages.at(-1)?.role === 'tool'
          ? { json: { ok: true } }
          : { calls: [{ tool: 'task', input: { prompt: `for ${first}`, agent: 'bare' } }] };
      },
    );
    await Promise.all(['lead', 'other'].map((name) => engine.agents.session(name, 'x').prompt(`Go ${name}`)));
    const inside = models.requests.filter(({ system }) => system.startsWith('You are bare'));
    expect(inside.map(({ messages }) => linesOf(messages)).toSorted()).to.deep.equal([
      ['user: for user: Go lead'],
      ['user: for user: Go other'],
    ]);
  });
});
