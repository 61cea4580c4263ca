import { expect } from 'chai';
import type { ModelRequest } from '../../engine/ports/model.ts';
import { closeEngines, engineOf, linesOf } from '../engine/kit.ts';

const agent = (text = ''): string =>
  `---\ndescription: An agent.\nmodel: openai/gpt-5\n${text}---\n\nYou are it.\n`;

/** Answers with the whole conversation it was sent. */
const echo = ({ messages }: ModelRequest): string => `[${linesOf(messages).join(' | ')}]`;

describe('sessions: history', () => {
  afterEach(closeEngines);

  it('prompts of a session build one conversation with native roles, tool calls and results in it', async () => {
    const { engine, models } = await engineOf(
      {
        'src/agents/a.md': agent('tools: [add]\n'),
        'src/tools/add.ts': `export default {
          description: 'Adds.',
          inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
          run: ({ a, b }) => a + b,
        };`,
      },
      ['Hello.', { calls: [{ tool: 'add', input: { a: 1, b: 2 } }] }, 'It is 3.', 'Bye.'],
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt('Hi');
    await session.prompt('1+2?');
    const reply = await session.prompt('Thanks');
    const conversation = [
      'user: Hi',
      'assistant: Hello.',
      'user: 1+2?',
      'assistant: add({"a":1,"b":2})',
      'tool: = 3',
      'assistant: It is 3.',
      'user: Thanks',
    ];
    expect(linesOf(models.requests.at(-1)?.messages ?? [])).to.deep.equal(conversation);
    expect(linesOf(await session.history())).to.deep.equal([...conversation, 'assistant: Bye.']);
    expect(reply.text).to.equal('Bye.');
    expect(reply.model).to.equal('openai/gpt-5');
  });

  it('agents, instances and sessions each keep their own history, also when their names look alike', async () => {
    const { engine } = await engineOf({ 'src/agents/a.md': agent(), 'src/agents/b.md': agent() }, echo);
    const addresses = [
      ['a', 'x', undefined],
      ['b', 'x', undefined],
      ['a', 'x', 'other'],
      ['a', 'y', undefined],
      ['a', 'x.default', 'd'],
      ['a', 'x', 'default.d'],
      ['a', '../x', '%2E'],
    ] as const;
    for (const [name, instance, session] of addresses) {
      const { text } = await engine.agents
        .session(name, instance, session)
        .prompt(`${name} ${instance} ${String(session)}`);
      expect(text).to.equal(`[user: ${name} ${instance} ${String(session)}]`);
    }
    expect(linesOf(await engine.agents.session('a', 'x').history())).to.have.length(2);
    expect(await engine.agents.session('a', 'nobody').history()).to.deep.equal([]);
  });

  it('files belong to the instance: its sessions share them, another instance and another agent have their own', async () => {
    const file = { path: 'note.txt', content: 'kept' };
    const files = {
      'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
      'src/agents/a.md': agent('sandbox: box\n'),
      'src/agents/b.md': agent('sandbox: box\n'),
    };
    const { engine } = await engineOf(files, ({ messages }) => {
      const last = messages.at(-1);
      if (last?.role === 'tool') return JSON.stringify(last.content[0]?.output);
      const text = linesOf(messages).at(-1) ?? '';
      return {
        calls: [
          text.includes('write') ? { tool: 'write', input: file } : { tool: 'ls', input: { path: '.' } },
        ],
      };
    });
    await engine.agents.session('a', 'x').prompt('write');
    const seen = async (name: string, instance: string, session?: string): Promise<boolean> =>
      (await engine.agents.session(name, instance, session).prompt('list')).text.includes('note.txt');
    expect(await seen('a', 'x', 'second')).to.equal(true);
    expect(await seen('a', 'y')).to.equal(false);
    expect(await seen('b', 'x')).to.equal(false);
  });

  it('an id that is no id is refused before anything is stored', async () => {
    const { engine } = await engineOf({ 'src/agents/a.md': agent() });
    for (const id of ['', '.', '..', 'a\u0000b', 'x'.repeat(201), '\ud800']) {
      expect(() => engine.agents.session('a', id))
        .to.throw()
        .with.property('code', 'invalid_request');
      expect(() => engine.agents.session('a', 'x', id))
        .to.throw()
        .with.property('code', 'invalid_request');
    }
    expect(() => engine.agents.session('aa', 'x')).to.throw('no agent "aa"; did you mean "a"?');
    expect(await engine.executions({})).to.deep.equal([]);
  });
});
