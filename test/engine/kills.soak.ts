import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EngineEvent } from '../../engine/core/event.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';

const project = {
  'src/tools/work.ts': `import { appendFileSync } from 'node:fs';
export default {
  description: 'Writes a line a call.',
  inputSchema: { type: 'object', required: ['key'], properties: { key: { type: 'string' } } },
  async run({ key }) {
    appendFileSync(process.env.WITNESS, key + '\\n');
    return { key };
  },
};`,
  'src/workflows/long.yaml': `steps:
  - id: rows
    foreach: { items: 'range(40)', as: row, maxItems: 40, maxConcurrency: 3 }
    steps:
      - { id: one, tool: work, with: { key: '\${{ "rows[" + string(row) + "]/one" }}' } }
      - { id: two, tool: work, with: { key: '\${{ "rows[" + string(row) + "]/two" }}' } }
  - { id: last, tool: work, with: { key: last } }
output: \${{ size(steps.rows.output) }}
`,
};
const child = fileURLToPath(new URL('./child.ts', import.meta.url));
const rounds = Number(process.env['KILLS'] ?? 100);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

describe('engine: killed at random', () => {
  it(`no recorded step runs twice and every run succeeds, over ${rounds} kills (SEED=${seed})`, async () => {
    const folder = projectOf(project);
    const place = temporaryFolder();
    const random = generator(seed);
    let midway = 0;
    for (let round = 0; round < rounds; round += 1) {
      const path = join(place, `${round}.sqlite`);
      const witness = join(place, `${round}.witness`);
      process.env['WITNESS'] = witness;
      await runAndKill(folder, path, 1 + Math.floor(random() * 160));

      const lines = (): string[] =>
        existsSync(witness) ? readFileSync(witness, 'utf8').trim().split('\n') : [];
      const before = counted(lines());
      const reader = await openSqliteStore({ path, readOnly: true });
      const [run] = await reader.executions.list({});
      const recorded = run === undefined ? [] : [...(await reader.checkpoints.all(run.id)).keys()];
      await reader.close();
      if (run === undefined) continue;
      if (run.state === 'running' && recorded.length > 0) midway += 1;

      const engine = await createEngine({ project: folder, store: await openSqliteStore({ path }) });
      expect(await engine.runs.wait(run.id)).to.deep.include({ state: 'succeeded', output: 40 });
      const events = await engine.runs.events(run.id);
      await engine.close();
      expectWhole(events, `round ${round}`);
      const after = counted(lines());
      for (const key of recorded) expect(after.get(key), `round ${round}: ${key}`).to.equal(before.get(key));
      expect(after.size).to.equal(81);
    }
    console.log(`      ${midway} of ${rounds} kills came while the run was at work`);
    expect(midway).to.be.greaterThan(rounds / 2);
  });
});

/** Numbered without holes, one start, one end, and every step ends as often as it starts, but for work that was killed. */
function expectWhole(events: readonly EngineEvent[], what: string): void {
  expect(
    events.map(({ index }) => index),
    what,
  ).to.deep.equal(events.map((_, place) => place + 1));
  const types = events.map(({ type }) => type);
  expect(
    types.filter((type) => type === 'run_start'),
    what,
  ).to.have.length(1);
  expect(types.indexOf('run_end'), what).to.equal(types.length - 1);
  const open = new Map<string, string>();
  for (const event of events) {
    const path = event.stepPath ?? '';
    if (event.type === 'step_start') {
      if (open.has(path)) expect(event.data.verb, `${what}: ${path} starts twice`).to.equal('tool');
      open.set(path, event.data.verb);
    }
    if (event.type === 'step_end')
      expect(open.delete(path), `${what}: ${path} ends without a start`).to.equal(true);
  }
  expect([...open.keys()], what).to.deep.equal([]);
}

/** Starts a run in a process of its own and kills it after so many lines of its output. */
async function runAndKill(folder: string, path: string, lines: number): Promise<void> {
  const args = ['--import', 'tsx', child, folder, path, 'run', 'long', '{}'];
  const engine = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => engine.once('exit', resolve));
  let seen = 0;
  for await (const _ of createInterface({ input: engine.stdout })) {
    seen += 1;
    if (seen >= lines) break;
  }
  engine.kill('SIGKILL');
  await exited;
}

function counted(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** A small repeatable random source (mulberry32). */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
