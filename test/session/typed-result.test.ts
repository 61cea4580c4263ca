import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Models } from '../../engine/ports/model.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { all, closeEngines, engineOf, failureOf, fakeModels, linesOf } from '../engine/kit.ts';
import { programOf, temporaryFolder } from '../fakes/project.ts';

const schema = {
  type: 'object',
  required: ['label'],
  additionalProperties: false,
  properties: { label: { enum: ['bug', 'feature'] }, level: { type: 'number', default: 1 } },
} as const;
const project = {
  'src/agents/a.md': `---\ndescription: An agent.\nmodel: openai/gpt-5\nretries: 2\ntools: [count]\noutputSchema: ${JSON.stringify(schema)}\n---\n\nJudge.\n`,
  'src/agents/free.md': '---\ndescription: An agent.\nmodel: openai/gpt-5\n---\n\nTalk.\n',
  'src/tools/count.ts':
    "export default { description: 'Counts.', inputSchema: { type: 'object' }, run: () => (globalThis.countCalls = (globalThis.countCalls ?? 0) + 1) };",
};
const counted = (): unknown => (globalThis as { countCalls?: unknown }).countCalls;

describe('sessions: typed results', () => {
  afterEach(closeEngines);

  const texts: readonly [title: string, text: string, output: unknown][] = [
    ['pure JSON', '{"label": "bug", "level": 3}', { label: 'bug', level: 3 }],
    ['a fenced block', 'Here it is:\n\n```json\n{"label": "bug"}\n```\nDone.', { label: 'bug', level: 1 }],
    [
      'the last fenced block that fits',
      '```json\n{"label": "bug"}\n```\nNo:\n```json\n{"label": "feature"}\n```',
      { label: 'feature', level: 1 },
    ],
    [
      'JSON inside prose',
      'I think {"label": "feature"} fits, as the {braces} say.',
      { label: 'feature', level: 1 },
    ],
    [
      'the last lines between delimiters',
      'So {"label": "bug"}?\n---RESULT_START---\n{"label": "feature"}\n---RESULT_END---\nThat is {"all": 1}.',
      { label: 'feature', level: 1 },
    ],
    ['JSON with prose behind it', '{"label": "bug"} is what it is.', { label: 'bug', level: 1 }],
    ['a fenced block without a language', '```\n{"label": "bug"}\n```', { label: 'bug', level: 1 }],
    ['braces inside strings', 'So: {"label": "bug"} and not "{"', { label: 'bug', level: 1 }],
  ];
  for (const [title, text, output] of texts) {
    it(`is read from ${title}, defaults filled in`, async () => {
      const { engine } = await engineOf(project, [text]);
      const reply = await engine.agents.session('a', 'x').prompt('This?');
      expect(reply.output).to.deep.equal(output);
      expect(reply.attempts).to.equal(1);
      expect(reply.text).to.equal(text);
    });
  }

  it('is asked for again when it does not fit: attempts are counted, tools stay in the call and are not run again', async () => {
    const { engine, models } = await engineOf(project, [
      { calls: [{ tool: 'count' }] },
      'no idea',
      { calls: [{ tool: 'count' }] },
      '{"label": "bugg"}',
      '{"label": "bug"}',
    ]);
    const before = counted() ?? 0;
    const session = engine.agents.session('a', 'x');
    const reply = await session.prompt('This?');
    expect(reply.output).to.deep.equal({ label: 'bug', level: 1 });
    expect(reply.attempts).to.equal(3);
    expect(reply.usage.totalTokens).to.equal(75);
    expect(counted()).to.equal(Number(before) + 1);
    expect(models.requests.map(({ tools }) => tools.length)).to.deep.equal([1, 1, 1, 1, 1]);
    const history = linesOf(await session.history());
    expect(history.map((line) => line.split('\n')[0])).to.deep.equal([
      'user: This?',
      'assistant: count({})',
      `tool: = ${Number(before) + 1}`,
      'assistant: no idea',
      history[4]?.split('\n')[0],
      'assistant: count({})',
      'tool: ! "not run: only a result that fits is wanted any more"',
      'assistant: {"label": "bugg"}',
      history[8]?.split('\n')[0],
      'assistant: {"label": "bug"}',
    ]);
    expect(history[4]).to.match(/^user: That answer does not fit the JSON Schema: /);
    expect(history[8]).to.contain('"bugg"');
    const { strategy, attempts, faults } = reply.typed ?? {};
    expect([strategy, attempts, faults?.length]).to.deep.equal(['native', 3, 2]);
  });

  it('fails with result_invalid when the retries are used up, and the next prompt works', async () => {
    const { engine } = await engineOf(project, ['1', '2', '3', '{"label": "bug"}']);
    const session = engine.agents.session('a', 'x');
    const { type, message } = await failureOf(session.prompt('This?'));
    expect(type).to.equal('result_invalid');
    expect(message).to.match(/^the model gave no valid result in 3 attempts: /);
    expect((await session.prompt('Again?')).output).to.deep.equal({ label: 'bug', level: 1 });
  });

  it('a call may say how often it is asked for again, also of a task', async () => {
    const { engine } = await engineOf(project, ['1', '1', '2', '3', '4', '{"label": "bug"}', '1', '2']);
    const session = engine.agents.session('a', 'x');
    const attemptsOf = async (work: Promise<unknown>): Promise<number> =>
      Number(/ in (\d+) attempts: /.exec((await failureOf(work)).message)?.[1]);
    expect(await attemptsOf(session.prompt('This?', { retries: 0 }))).to.equal(1);
    expect((await session.prompt('That?', { retries: 4 })).attempts).to.equal(5);
    expect(await attemptsOf(session.task('Those?', { result: schema, retries: 1 }))).to.equal(2);
  });

  it('how often is kept with the call through a restart', async () => {
    const path = `${temporaryFolder()}/engine.sqlite`;
    const program = await programOf(project);
    const open = async (models: Models): Promise<Engine> =>
      createEngine({ program, env: {}, store: await openSqliteStore({ path }), ports: { models } });
    const left = await open(fakeModels(() => new Promise<never>(() => undefined)));
    const { submissionId } = await left.dispatch('a', { instance: 'x', message: 'This?', retries: 0 });
    await left.close();
    const engine = await open(fakeModels(['1', '{"label": "bug"}']));
    try {
      const { error } = await engine.submissions.wait(submissionId);
      expect(error?.message).to.contain(' in 1 attempts: ');
    } finally {
      await engine.close();
    }
  });

  it('a schema of the call beats that of the agent, and a wrong schema is refused', async () => {
    const { engine, models } = await engineOf(project, ['[1, 2]', '7']);
    const session = engine.agents.session('a', 'x');
    const list = { type: 'array', items: { type: 'number' } };
    expect((await session.prompt('List', { result: list })).output).to.deep.equal([1, 2]);
    expect(models.requests[0]?.outputSchema).to.deep.equal(list);
    expect(models.requests[0]?.system).to.contain(JSON.stringify(list));
    const free = engine.agents.session('free', 'x');
    expect((await free.prompt('Number', { result: { type: 'number' } })).output).to.equal(7);
    expect((await failureOf(free.prompt('Bad', { result: { type: 'nmber' } }))).type).to.equal(
      'invalid_request',
    );
    expect(await engine.executions({})).to.have.length(2);
  });

  it('a schema of text is met by the text itself', async () => {
    const { engine } = await engineOf(project, ['just words']);
    const reply = await engine.agents
      .session('free', 'x')
      .prompt('Say', { result: { type: 'string', minLength: 3 } });
    expect(reply.output).to.equal('just words');
  });

  it('is told in the events of the operation', async () => {
    const { engine } = await engineOf(project, ['{"label": "bug"}']);
    const events = await all(engine.agents.session('a', 'x').stream('This?'));
    const end = events.find(({ type }) => type === 'operation_end');
    expect(end?.data).to.deep.include({
      isError: false,
      output: { label: 'bug', level: 1 },
      typed: { strategy: 'native', attempts: 1, faults: [] },
    });
  });
});
