import { expect } from 'chai';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { programOf, temporaryFolder } from '../fakes/project.ts';
import { createEngine } from '../../engine/engine.ts';
import { closeEngines, engineOf, fakeModels, gate, linesOf } from './kit.ts';

const files = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: "ok" }\n',
  'src/agents/a.md': '---\ndescription: A.\nbusy: join\ntools: [look]\n---\n\nYou are it.\n',
  'src/tools/look.ts':
    "export default { description: 'Looks.', inputSchema: { type: 'object' }, run: () => globalThis.looking };\n",
};
const world = globalThis as { looking?: Promise<unknown> };

describe('engine: messages that join work', () => {
  afterEach(closeEngines);

  it('are put before the next turn of the model, and end with its answer', async () => {
    const looked = gate<string>();
    world.looking = looked.opened;
    const { engine, models } = await engineOf(files, [
      { calls: [{ tool: 'look' }] },
      'both answered',
      'later answered',
    ]);
    const session = engine.agents.session('a', 'x');
    const first = session.prompt('first');
    await until(() => models.requests.length === 1);
    const second = session.prompt('second');
    const third = session.prompt('third');
    await engine.dispatch('a', { instance: 'x', message: 'fourth', result: { type: 'object' } });
    looked.open('seen');
    const answers = await Promise.all([first, second, third]);
    expect(answers.map(({ text }) => text)).to.deep.equal(Array(3).fill('both answered'));
    expect(new Set(answers.map(({ submissionId }) => submissionId)).size).to.equal(3);
    expect(linesOf(models.requests[1]?.messages ?? [])).to.deep.equal([
      'user: first',
      'assistant: look({})',
      'tool: = "seen"',
      'user: second',
      'user: third',
    ]);
    const events = await engine.submissions.events(answers[1]?.submissionId ?? '');
    expect(events.map(({ type }) => type)).to.deep.equal([
      'submission_queued',
      'operation_end',
      'submission_end',
    ]);
  });

  it('that come when the answer is there already are answered next', async () => {
    const answered = gate();
    const { engine, models } = await engineOf(files, async (_request, turn) => {
      if (turn === 1) await answered.opened;
      return `answer ${turn}`;
    });
    const session = engine.agents.session('a', 'x');
    const first = session.prompt('first');
    await until(() => models.requests.length === 1);
    const second = session.prompt('second');
    await until(async () => (await engine.executions({ kind: 'submission' })).length === 2);
    answered.open();
    expect([(await first).text, (await second).text]).to.deep.equal(['answer 1', 'answer 2']);
    expect(linesOf(models.requests.at(-1)?.messages ?? [])).to.deep.equal([
      'user: first',
      'assistant: answer 1',
      'user: second',
    ]);
  });

  it('fail with what they joined', async () => {
    const looked = gate<string>();
    world.looking = looked.opened;
    const { engine } = await engineOf(files, [{ calls: [{ tool: 'look' }] }]);
    const session = engine.agents.session('a', 'x');
    const both = [session.prompt('first'), session.prompt('second')];
    looked.open('seen');
    const codes = await Promise.all(both.map((one) => one.then(String, (e: { code: string }) => e.code)));
    expect(codes).to.deep.equal(['model_failed', 'model_failed']);
  });

  it('stay with what they joined when the engine is started again', async () => {
    const program = await programOf(files);
    const path = `${temporaryFolder()}/engine.sqlite`;
    world.looking = Promise.resolve('seen');
    const joined = gate();
    const stuck = fakeModels(async (_request, turn) => {
      if (turn === 1) {
        await joined.opened;
        return { calls: [{ tool: 'look' }] };
      }
      return new Promise<never>(() => undefined);
    });
    const first = await createEngine({
      program,
      env: {},
      store: await openSqliteStore({ path }),
      ports: { models: stuck },
    });
    const one = await first.dispatch('a', { instance: 'x', message: 'first' });
    await until(() => stuck.requests.length === 1);
    const other = await first.dispatch('a', { instance: 'x', message: 'second' });
    const ids = [one.submissionId, other.submissionId];
    joined.open();
    await until(() => stuck.requests.length === 2);
    await first.close();
    const models = fakeModels(['both answered']);
    const second = await createEngine({
      program,
      env: {},
      store: await openSqliteStore({ path }),
      ports: { models },
    });
    const records = await Promise.all(ids.map((id) => second.submissions.wait(id)));
    expect(records.map(({ output }) => output)).to.deep.equal(['both answered', 'both answered']);
    expect(linesOf(models.requests[0]?.messages ?? []).slice(-2)).to.deep.equal([
      'tool: = "seen"',
      'user: second',
    ]);
    await second.close();
  });
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
