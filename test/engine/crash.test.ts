import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { failureOf, linesOf } from './kit.ts';
import { childProgram } from './kills/child-program.ts';
import { expectWithin } from '../fakes/contention.ts';

/** The tool writes a line a call; where `HOLD` names its item it says so and never ends. */
const project = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml':
    'replies:\n  - { match: { tool: work }, text: "worked" }\n  - { match: { text: use }, toolCalls: [{ tool: work, input: { item: used } }] }\ndefault: { text: "You said {{text}}" }\n',
  'src/agents/a.md': '---\ndescription: A.\ntools: [work]\n---\n\nYou are it.\n',
  'src/tools/work.ts': `import { appendFileSync, writeSync } from 'node:fs';
export default {
  description: 'Works.',
  inputSchema: { type: 'object', required: ['item'], properties: { item: { type: 'string' } } },
  async run({ item }, { attempt, idempotencyKey }) {
    appendFileSync(process.env.WITNESS, item + ' ' + idempotencyKey.replace(/^.*?:[0-9A-Z]{26}/, '') + '\\n');
    if (process.env.HOLD === item) {
      writeSync(1, JSON.stringify({ holding: item }) + '\\n');
      await new Promise(() => setInterval(() => undefined, 60_000));
    }
    return { item, by: 'work' };
  },
};`,
  'src/workflows/chain.yaml': `inputSchema: { type: object, required: [items], properties: { items: { type: array, maxItems: 5, items: { type: string } } } }
steps:
  - { id: first, tool: work, with: { item: first } }
  - id: each
    foreach: { items: input.items, as: entry, maxItems: 5 }
    steps:
      - { id: work, tool: work, with: { item: '\${{ entry }}' } }
  - id: both
    parallel:
      branches:
        left: [{ id: left, tool: work, with: { item: left } }]
        right: [{ id: right, prompt: 'Say {{steps.first.output.item}}' }]
  - { id: last, tool: work, with: { item: last } }
output: { each: '\${{ steps.each.output }}', both: '\${{ steps.both.output }}', last: '\${{ steps.last.output.item }}' }
`,
};
const input = { items: ['a', 'b', 'c'] };
const output = {
  each: ['a', 'b', 'c'].map((item) => ({ item, by: 'work' })),
  both: { left: { item: 'left', by: 'work' }, right: 'You said Say first' },
  last: 'last',
};
const calls = [
  'first /first',
  'a /each[0]/work',
  'b /each[1]/work',
  'c /each[2]/work',
  'left /both.left/left',
  'last /last',
];

type Line = Readonly<Record<string, unknown>>;

describe('engine: killed and started again', function () {
  this.timeout(120_000);
  const children = new Set<ChildProcess>();
  let witness: string;
  let folder: string;
  let path: string;
  let program: string;

  before(async () => {
    program = await childProgram();
  });

  beforeEach(() => {
    folder = projectOf(project);
    const place = temporaryFolder();
    witness = join(place, 'witness');
    path = join(place, 'engine.sqlite');
    process.env['WITNESS'] = witness;
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    delete process.env['WITNESS'];
  });

  function start(hold: string | undefined, ...args: readonly string[]) {
    const { HOLD: _, ...env } = process.env;
    const child = spawn(process.execPath, [program, folder, path, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...env, ...(hold === undefined ? {} : { HOLD: hold }) },
    });
    children.add(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const until = async (wanted: (line: Line) => boolean): Promise<Line[]> => {
      const seen: Line[] = [];
      for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
        seen.push(JSON.parse(line.value) as Line);
        if (wanted(seen.at(-1) ?? {})) return seen;
      }
      throw new Error(`the process ended before: ${JSON.stringify(seen)}`);
    };
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    };
    return { until, kill, exited };
  }

  const witnessed = (): string[] =>
    existsSync(witness) ? readFileSync(witness, 'utf8').trim().split('\n') : [];

  async function reopened<T>(use: (engine: Engine) => Promise<T>): Promise<T> {
    const engine = await createEngine({ project: folder, store: await openSqliteStore({ path }) });
    try {
      return await use(engine);
    } finally {
      await engine.close();
    }
  }

  it('an uninterrupted run does each piece of work once', async () => {
    await start(undefined, 'run', 'chain', JSON.stringify(input)).until(({ closed }) => closed === true);
    expect(witnessed()).to.have.members(calls);
    expect(await reopened((engine) => engine.runs.list())).to.have.length(1);
  });

  for (const at of ['first', 'b', 'left', 'last']) {
    it(`a run killed while "${at}" works finishes elsewhere: what was recorded is not repeated, the outcome is the same`, async () => {
      const killed = start(at, 'run', 'chain', JSON.stringify(input));
      await killed.until(({ holding }) => holding === at);
      await killed.kill();
      const before = witnessed();
      const { runId, events } = await reopened(async (engine) => {
        const [run] = await engine.runs.list();
        const record = await engine.runs.wait(run?.runId ?? '');
        expect(record).to.deep.include({ state: 'succeeded', output });
        return { runId: record.runId, events: await engine.runs.events(record.runId) };
      });
      // Only what was at work is done again, with the same key.
      expect(witnessed().toSorted()).to.deep.equal([...calls, before.at(-1) ?? ''].toSorted());
      expect(before.at(-1)?.split(' ')[0]).to.equal(at);
      expect(events.map(({ id }) => id)).to.deep.equal(events.map((_, index) => `${runId}#${index + 1}`));
      expect(
        events.filter(({ type }) => type === 'run_resume' || type === 'run_start').map(({ type }) => type),
      ).to.deep.equal(['run_start', 'run_resume']);
      expect(events.filter(({ type }) => type === 'run_end')).to.have.length(1);
    });
  }

  it('a run killed twice at different places finishes all the same', async () => {
    const first = start('b', 'run', 'chain', JSON.stringify(input));
    await first.until(({ holding }) => holding === 'b');
    await first.kill();
    const second = start('last', 'resume');
    await second.until(({ holding }) => holding === 'last');
    await second.kill();
    await reopened(async (engine) => {
      const [run] = await engine.runs.list();
      expect(await engine.runs.wait(run?.runId ?? '')).to.deep.include({ state: 'succeeded', output });
    });
    expect(witnessed().toSorted()).to.deep.equal([...calls, 'b /each[1]/work', 'last /last'].toSorted());
  });

  it('after SIGKILL the work is running again within two seconds of the restart', async () => {
    const killed = start('c', 'run', 'chain', JSON.stringify(input));
    await killed.until(({ holding }) => holding === 'c');
    await killed.kill();
    const times: number[] = [];
    const begun = performance.now();
    const engine = await createEngine({
      project: folder,
      store: await openSqliteStore({ path }),
      observers: [({ type }) => void (type === 'run_resume' && times.push(performance.now() - begun))],
    });
    const [run] = await engine.runs.list();
    expect((await engine.runs.wait(run?.runId ?? '')).state).to.equal('succeeded');
    await engine.close();
    expect(times).to.have.length(1);
    expectWithin(times[0] ?? NaN, 2000);
  });

  it('a prompt cut off goes on at the next start: the model hears that the outcome of its tool call is unknown', async () => {
    const killed = start('used', 'prompt', 'a', 'use it');
    await killed.until(({ holding }) => holding === 'used');
    await killed.kill();
    for (let round = 0; round < 2; round += 1) {
      await reopened(async (engine) => {
        const [submission, ...others] = await engine.executions({ kind: 'submission' });
        expect(others).to.deep.equal([]);
        expect((await engine.submissions.wait(submission?.id ?? '')).state).to.equal('succeeded');
      });
    }
    await reopened(async (engine) => {
      const session = engine.agents.session('a', 'x');
      expect((await session.prompt('hello')).text).to.equal('You said hello');
      expect(linesOf(await session.history())).to.deep.equal([
        'user: use it',
        'assistant: work({"item":"used"})',
        'tool: ! "the call was interrupted; whether it took effect is unknown"',
        'assistant: worked',
        'user: hello',
        'assistant: You said hello',
      ]);
    });
    expect(witnessed()).to.have.length(1);
  });

  it('while one process owns the file, another is refused and told which', async () => {
    const owner = start('first', 'run', 'chain', JSON.stringify(input));
    const [ready] = await owner.until((line) => line['ready'] !== undefined);
    const pid = Number(ready?.['ready']);
    const refused = createEngine({
      project: projectOf({ ...project, 'engine.yaml': `model: script/m\nstore: { path: ${path} }\n` }),
    });
    expect(await failureOf(refused)).to.deep.equal({
      type: 'store_locked',
      message: `the store "${path}" is in use by process ${pid}; stop it, or name another file in "store.path"`,
    });
    await owner.kill();
  });
});
