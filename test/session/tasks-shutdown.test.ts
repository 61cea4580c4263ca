import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { Engine } from '../../engine/api.ts';
import type { Message } from '../../engine/core/message.ts';
import { closeEngines, engineOf, failureOf, type Answer } from '../engine/kit.ts';

const project = {
  'src/tools/look.ts':
    "export default { description: 'Looks.', inputSchema: { type: 'object' }, run: () => 'looked' };",
  'src/profiles/helper.md': '---\ndescription: Helps.\ntools: [look]\n---\n\nYou help.\n',
  'src/agents/lead.md': '---\ndescription: Leads.\nmodel: openai/m\nsubagents: [helper]\n---\n\nYou lead.\n',
};

describe('sessions: tasks of an engine that is closed', () => {
  afterEach(closeEngines);

  for (const [what, ask] of [
    ['a task that a model gave', (engine: Engine) => engine.agents.session('lead', 'x').prompt('Go')],
    [
      'a task that a caller gave',
      (engine: Engine) => engine.agents.session('lead', 'x').task('Help', { agent: 'helper' }),
    ],
  ] as const)
    it(`${what} goes on in the next one, under its name and without asking again what it knows`, async () => {
      const store = { ...openMemoryStore(), close: async () => undefined };
      let isStuck = true;
      let stuck = (): void => undefined;
      const reached = new Promise<void>((resolve) => (stuck = resolve));
      const answer = ({ system, messages }: { system: string; messages: readonly Message[] }) => {
        const isTool = messages.at(-1)?.role === 'tool';
        if (system.startsWith('You lead'))
          return isTool ? 'done' : { calls: [{ tool: 'task', input: { prompt: 'Help', agent: 'helper' } }] };
        if (!isTool) return { calls: [{ tool: 'look' }] };
        if (!isStuck) return 'helped';
        stuck();
        return new Promise<Answer>(() => undefined);
      };
      const first = await engineOf(project, answer, { store });
      const failure = failureOf(ask(first.engine));
      await reached;
      await first.engine.close();
      expect((await failure).type).to.equal('shutting_down');
      isStuck = false;
      const { engine, models } = await engineOf(project, answer, { store });
      const [submission] = await engine.executions({ kind: 'submission' });
      const record = await engine.submissions.wait(submission?.id ?? '');
      expect(record).to.deep.include({ state: 'succeeded' });
      // The call that was cut off, and the lead's next one.
      expect(models.requests.map(({ system }) => system.slice(0, 8))).to.deep.equal(
        what.includes('caller') ? ['You help'] : ['You help', 'You lead'],
      );
      const events = await engine.submissions.events(submission?.id ?? '');
      const tasks = events.filter(({ type }) => type === 'task_start');
      expect(tasks).to.have.length(2);
      expect(new Set(tasks.map(({ taskId }) => taskId)).size).to.equal(1);
      const ends = events.flatMap((event) => (event.type === 'task_end' ? [event.data.text] : []));
      expect(ends).to.deep.equal(['helped']);
      expect(events.filter(({ type }) => type === 'operation_end').map(({ data }) => data)).to.satisfy(
        (data: readonly { isError: boolean }[]) => data.every(({ isError }) => !isError),
      );
    });
});
