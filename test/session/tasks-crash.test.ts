import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { linesOf } from '../engine/kit.ts';
import { childProgram } from '../engine/kills/child-program.ts';
import { expectWellFormed } from './well-formed.ts';

const usage = 'usage: { inputTokens: 2, outputTokens: 1 }';

/**
 * The lead gives two tasks at once: one to a helper that works once, one to somebody in the middle whose own helper works twice. The
 * tool writes a line a call; where `HOLD` names its item it says so and never ends.
 */
const project = (annotations: string): Record<string, string> => ({
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': `replies:
  - { match: { agent: lead, tool: task }, ${usage}, text: "All: {{result}}" }
  - match: { agent: lead }
    ${usage}
    toolCalls:
      - { tool: task, input: { prompt: Quick, agent: helper } }
      - { tool: task, input: { prompt: Pass on, agent: middle } }
  - { match: { agent: middle, tool: task }, ${usage}, text: "passed on {{result}}" }
  - { match: { agent: middle }, ${usage}, toolCalls: [{ tool: task, input: { prompt: Slow, agent: helper } }] }
  - { match: { agent: helper, result: quick }, ${usage}, text: "quick done" }
  - { match: { agent: helper, result: slow-2 }, ${usage}, text: "slow done" }
  - { match: { agent: helper, result: unknown }, ${usage}, text: "slow unknown" }
  - { match: { agent: helper, result: slow-1 }, ${usage}, toolCalls: [{ tool: work, input: { item: slow-2 } }] }
  - { match: { agent: helper, text: quick }, ${usage}, toolCalls: [{ tool: work, input: { item: quick } }] }
  - { match: { agent: helper, text: slow }, ${usage}, toolCalls: [{ tool: work, input: { item: slow-1 } }] }
`,
  'src/agents/lead.md': '---\ndescription: Leads.\nsubagents: [helper, middle]\n---\n\nYou lead.\n',
  'src/profiles/middle.md': '---\ndescription: Passes on.\nsubagents: [helper]\n---\n\nYou pass on.\n',
  'src/profiles/helper.md': '---\ndescription: Helps.\ntools: [work]\n---\n\nYou help.\n',
  'src/tools/work.ts': `import { appendFileSync, writeSync } from 'node:fs';
export default {
  description: 'Works.',
  inputSchema: { type: 'object', required: ['item'], properties: { item: { type: 'string' } } },
  ${annotations}
  async run({ item }, { idempotencyKey }) {
    appendFileSync(process.env.WITNESS, item + ' ' + idempotencyKey + '\\n');
    if (process.env.HOLD === item) {
      writeSync(1, JSON.stringify({ holding: item }) + '\\n');
      await new Promise(() => setInterval(() => undefined, 60_000));
    }
    return { item };
  },
};`,
});

/** Model calls of a prompt that nothing cuts off. */
const calls = 9;

/** A turn that the crash cut off is told of too. */
const isWholeTurn = (event: EngineEvent): boolean =>
  event.type === 'turn_end' && event.data.finish !== 'interrupted';

describe('sessions: tasks cut off by a crash', function () {
  this.timeout(120_000);
  const children = new Set<ChildProcess>();
  let program: string;
  let folder: string;
  let path: string;
  let witness: string;

  before(async () => {
    program = await childProgram();
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    delete process.env['WITNESS'];
  });

  function lay(annotations = '', more: Readonly<Record<string, string>> = {}): void {
    folder = projectOf({ ...project(annotations), ...more });
    const place = temporaryFolder();
    path = join(place, 'engine.sqlite');
    witness = join(place, 'witness');
    process.env['WITNESS'] = witness;
  }

  /** Prompts the lead in another process, which dies when the tool holds, or at a failpoint; says whether it was killed. */
  async function die(death: Readonly<Record<string, string>>): Promise<boolean> {
    const { HOLD: _, ENGINE_FAILPOINT: __, ...env } = process.env;
    const child = spawn(process.execPath, [program, folder, path, 'prompt', 'lead', 'Go'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...env, ...death },
    });
    children.add(child);
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once('exit', (_code, signal) => resolve(signal)),
    );
    for await (const line of createInterface({ input: child.stdout }))
      if (line.includes('"holding"')) child.kill('SIGKILL');
    return (await ended) === 'SIGKILL';
  }

  async function reopened<T>(use: (engine: Engine) => Promise<T>): Promise<T> {
    const engine = await createEngine({ project: folder, store: await openSqliteStore({ path }) });
    try {
      return await use(engine);
    } finally {
      await engine.close();
    }
  }

  /** What the prompt came to, wherever it was cut off. */
  const outcome = () =>
    reopened(async (engine) => {
      const [submission] = await engine.executions({ kind: 'submission' });
      if (submission === undefined) return undefined;
      const { id } = submission;
      const record = await engine.submissions.wait(id);
      const messages = await engine.agents.session('lead', 'x').history();
      return { record, messages, events: await engine.submissions.events(id) };
    });

  const witnessed = (): string[] =>
    existsSync(witness) ? readFileSync(witness, 'utf8').trim().split('\n') : [];

  const idsOf = (events: readonly EngineEvent[]): (string | undefined)[] => [
    ...new Set(events.filter(({ type }) => type === 'task_start').map(({ taskId }) => taskId)),
  ];

  it('files that a recorded call wrote are there after the crash, also beside a call that was at work', async () => {
    lay('', {
      'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
      'src/agents/lead.md': '---\ndescription: Leads.\nsandbox: box\nsubagents: [helper]\n---\n\nYou lead.\n',
      'src/profiles/helper.md': '---\ndescription: Helps.\ntools: [work, write]\n---\n\nYou help.\n',
      'src/models/m.yaml': `replies:
  - { match: { agent: lead, tool: task }, text: "All: {{result}}" }
  - match: { agent: lead }
    toolCalls:
      - { tool: write, input: { path: lead.txt, content: by the lead } }
      - { tool: task, input: { prompt: Slow, agent: helper } }
  - { match: { agent: helper, result: unknown }, text: "slow unknown" }
  - { match: { agent: helper, tool: write }, toolCalls: [{ tool: work, input: { item: slow } }] }
  - { match: { agent: helper }, toolCalls: [{ tool: write, input: { path: helper.txt, content: by the helper } }] }
`,
    });
    expect(await die({ HOLD: 'slow' })).to.equal(true);
    expect((await outcome())?.record).to.deep.include({ state: 'succeeded', output: 'All: slow unknown' });
    await reopened(async (engine) => {
      const session = engine.agents.session('lead', 'x');
      expect(await session.readFile('lead.txt')).to.equal('by the lead');
      expect(await session.readFile('helper.txt')).to.equal('by the helper');
    });
  });

  it('killed in the tool of a task of a task, all go on where they were under the same names', async () => {
    lay();
    expect(await die({ HOLD: 'slow-2' })).to.equal(true);
    const before = await reopenedToRead();
    const { record, messages, events } = (await outcome()) ?? expect.fail('the prompt is lost');
    expect(record).to.deep.include({ state: 'succeeded' });
    expect(linesOf(messages)).to.deep.equal([
      'user: Go',
      'assistant: task({"prompt":"Quick","agent":"helper"}) task({"prompt":"Pass on","agent":"middle"})',
      'tool: = "quick done" = "passed on slow unknown"',
      'assistant: All: passed on slow unknown',
    ]);
    // What was recorded is not done again, and of what was at work nobody knows.
    expect(
      witnessed()
        .map((line) => line.split(' ')[0])
        .toSorted(),
    ).to.deep.equal(['quick', 'slow-1', 'slow-2']);
    expect(idsOf(before)).to.have.length(3);
    expect(idsOf(events)).to.deep.equal(idsOf(before));
    const results = events.filter(({ type, taskId }) => type === 'tool_end' && taskId === undefined);
    expect(results, 'each result once').to.have.length(2);
    const turns = events.filter(isWholeTurn);
    // Events are written a little after what they tell of; those of the last turn may be gone.
    expect(turns.length, 'no turn twice').to.be.oneOf([calls - 1, calls]);
    expect(record.usage?.totalTokens, 'all counted once').to.equal(turns.length * 3);
  });

  /** The events that were stored when the process died. */
  async function reopenedToRead(): Promise<readonly EngineEvent[]> {
    const store = await openSqliteStore({ path, readOnly: true });
    try {
      const [submission] = await store.executions.list({ kind: 'submission' });
      return await store.events.read(submission?.id ?? '', { after: 0, limit: 1000 });
    } finally {
      await store.close();
    }
  }

  for (const failpoint of ['commit.after', 'turn.after_model', 'tool.after_exec', 'tool.after_record'])
    it(`killed at every ${failpoint}, the outcome is that of a prompt that nothing cut off`, async () => {
      for (let hit = 1; ; hit += failpoint === 'commit.after' ? 3 : 1) {
        lay(`annotations: { idempotentHint: true },`);
        const what = `${failpoint} ${hit}`;
        const wasKilled = await die({ ENGINE_FAILPOINT: `${failpoint}:hit=${hit}:action=kill` });
        const found = await outcome();
        // Killed before the prompt was admitted, there is none.
        if (found === undefined) continue;
        const { record, messages, events } = found;
        expect(record, what).to.deep.include({
          state: 'succeeded',
          output: 'All: passed on slow done',
        });
        expectWellFormed(messages, what);
        expect(messages, what).to.have.length(4);
        expect(idsOf(events), what).to.have.length(3);
        expect(new Set(witnessed()).size, `${what}: keys of the calls`).to.equal(3);
        const turns = events.filter(isWholeTurn).length;
        expect(record.usage?.totalTokens, `${what}: each turn that is told of counts once`).to.equal(
          turns * 3,
        );
        if (!wasKilled) break;
      }
    });
});
