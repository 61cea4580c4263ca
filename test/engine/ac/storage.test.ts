import { expect } from 'chai';
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { connect } from '../../../engine/adapters/store/sqlite-connection.ts';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { armFailpoints } from '../../../engine/core/failpoint.ts';
import { asProblem } from '../../../engine/core/problem.ts';
import { createEngine } from '../../../engine/engine.ts';
import type { Clock } from '../../../engine/ports/clock.ts';
import type { Execution, Store } from '../../../engine/ports/store.ts';
import { projectOf, temporaryFolder } from '../../fakes/project.ts';
import { closeEngines, engineOf, failureOf } from '../kit.ts';
import { builtProgram } from '../../fakes/programs.ts';
import { randomOf } from '../kills/random.ts';
import { placeOf, witnessTool } from './child-process.ts';

const three = `steps:
  - { id: one, tool: work, with: { item: one } }
  - { id: two, tool: work, with: { item: two } }
  - { id: three, tool: work, with: { item: three } }
`;
const steps = { 'src/workflows/w.yaml': 'steps: [{ id: a, set: { x: 1 } }, { id: b, set: { x: 2 } }]\n' };

describe('what a disk may do', function () {
  this.timeout(120_000);
  afterEach(async () => {
    arm('');
    await closeEngines();
  });

  it('AC-38: with a full disk work waits, and goes on when there is room, without repeating what was recorded', async function () {
    if (spawnSync('unshare', ['-Urm', 'true']).status !== 0) return this.skip();
    const folder = projectOf({
      'src/tools/work.ts': witnessTool(),
      // Holds the run until the disk is full.
      'src/tools/hold.ts': `import { existsSync, writeFileSync } from 'node:fs';
export default {
  description: 'Holds.',
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: true },
  async run() {
    // It begins behind the record of the first step.
    writeFileSync(process.env.WITNESS + '.held', '');
    while (!existsSync(process.env.WITNESS + '.full')) await new Promise((resolve) => setTimeout(resolve, 5));
    return {};
  },
};`,
      'src/agents/clerk.yaml': 'description: Hears.\nmodel: openai/gpt-5\n',
      'src/workflows/probe.yaml': 'steps: [{ id: it, set: { x: 1 } }]\n',
      'src/workflows/w.yaml': `steps:
  - { id: first, tool: work, with: { item: first } }
  - { id: hold, tool: hold, with: {} }
  - id: all
    foreach: { items: 'range(40)', as: item, maxItems: 40 }
    steps: [{ id: it, set: { text: '\${{ input.text + string(item) }}' } }]
    output: 1
`,
    });
    const program = await builtProgram('full-disk');
    const small = temporaryFolder();
    const script = `mount -t tmpfs -o size=12m none ${small} && exec ${process.execPath} ${program} ${folder} ${small}`;
    const { stdout, stderr } = spawnSync('unshare', ['-Urm', 'sh', '-c', script], {
      encoding: 'utf8',
      env: { ...process.env, WITNESS: join(folder, 'witness') },
    });
    expect(stderr).to.equal('');
    expect(JSON.parse(stdout)).to.deep.equal({
      stalled: true,
      refused: 'store_unavailable',
      state: 'succeeded',
      prompt: {
        told: 'outcome_pending',
        again: 'outcome_pending',
        state: 'succeeded',
        warned: 1,
        said: ['hello'.length, 300_000, 'and then?'.length, 'short'.length],
        next: 'short',
        asked: 2,
      },
      integrity: 'ok',
    });
    expect(readFileSync(join(folder, 'witness'), 'utf8').trim().split('\n')).to.have.length(1);
  });

  it('AC-40: whichever commit fails, what was acknowledged is stored, and what was refused is not', async () => {
    for (let hit = 1; hit <= 6; hit += 1) {
      const path = join(temporaryFolder(), 'engine.sqlite');
      const { engine } = await engineOf(steps, undefined, { store: await openSqliteStore({ path }) });
      arm(`commit.before:hit=${hit}:action=throw`);
      const started = await Promise.allSettled(['1', '2'].map(() => engine.workflows.start('w')));
      await new Promise((resolve) => setTimeout(resolve, 30));
      await closeEngines();
      arm('');
      const { engine: again } = await engineOf(engine.program.root, undefined, {
        store: await openSqliteStore({ path }),
      });
      const stored = (await again.runs.list()).map(({ runId }) => runId);
      const accepted = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value.runId] : []));
      expect(stored.toSorted(), `commit ${hit}`).to.deep.equal(accepted.toSorted());
      for (const runId of accepted)
        expect((await again.runs.wait(runId)).state).to.be.oneOf(['succeeded', 'failed']);
      await closeEngines();
    }
  });

  it('AC-42: with a log cut anywhere the store opens with the first part of what was acknowledged', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'engine.sqlite');
    const store = await openSqliteStore({ path });
    const ids: string[] = [];
    for (let place = 0; place < 30; place += 1) {
      await store.executions.insert(execution(`r${place}`));
      ids.push(`r${place}`);
    }
    const copy = (name: string): string => {
      const target = join(folder, name);
      copyFileSync(path, target);
      copyFileSync(`${path}-wal`, `${target}-wal`);
      return target;
    };
    const whole = copy('whole.sqlite');
    const size = statSync(`${whole}-wal`).size;
    const frame = 4096 + 24;
    const random = randomOf(7);
    const cuts = [
      ...Array.from({ length: 8 }, (_, place) => 32 + place * 9 * frame),
      ...Array.from({ length: 12 }, () => Math.floor(random() * size)),
    ].filter((cut) => cut < size);
    expect(await idsOf(whole)).to.deep.equal(ids);
    for (const [place, cut] of cuts.entries()) {
      const target = copy(`cut${place}.sqlite`);
      truncateSync(`${target}-wal`, cut);
      const left = await idsOf(target);
      expect(left, `cut at ${cut}`).to.deep.equal(ids.slice(0, left.length));
    }
    await store.close();
  });

  it('AC-42: with bytes overwritten the store is refused, or opens with what was acknowledged; it never starts empty', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'engine.sqlite');
    const store = await openSqliteStore({ path });
    const ids = Array.from({ length: 200 }, (_, place) => `r${place}`);
    for (const id of ids) await store.executions.insert(execution(id));
    await store.close();
    const { length } = readFileSync(path);
    const random = randomOf(11);
    let refused = 0;
    for (let round = 0; round < 20; round += 1) {
      const target = join(folder, `damaged${round}.sqlite`);
      copyFileSync(path, target);
      const file = openSync(target, 'r+');
      // One byte in a hundred, as a failing disk would.
      for (let flip = 0; flip < length / 100; flip += 1)
        writeSync(file, Buffer.from([Math.floor(random() * 256)]), 0, 1, Math.floor(random() * length));
      closeSync(file);
      const damaged = readFileSync(target);
      try {
        await (await openSqliteStore({ path: target })).close();
      } catch (thrown) {
        refused += 1;
        expect(asProblem(thrown).code).to.equal('store_corrupt');
        expect(readFileSync(target).equals(damaged), 'left as it was').to.equal(true);
      }
    }
    expect(refused).to.be.greaterThan(15);
    writeFileSync(join(folder, 'cut.sqlite'), readFileSync(path).subarray(0, length / 2));
    expect(await failureOf(openSqliteStore({ path: join(folder, 'cut.sqlite') }))).to.include({
      type: 'store_corrupt',
    });
  });

  it('AC-44: a record that cannot be read fails its run alone', async () => {
    const place = await placeOf({ 'src/tools/work.ts': witnessTool(), 'src/workflows/w.yaml': three });
    for (const _ of ['bad', 'good'])
      await place.start(['run', 'w', '{}'], { ENGINE_FAILPOINT: 'step.before_exec:hit=3:action=kill' })
        .exited;
    const { query, close } = await connect(place.path, 1000);
    const [row] = await query('SELECT id FROM executions ORDER BY seq LIMIT 1');
    await query("UPDATE checkpoints SET value = '{half' WHERE execution_id = ?", [String(row?.['id'])]);
    await close();
    process.env['WITNESS'] = place.witness;
    const engine = await createEngine({
      project: place.folder,
      store: await openSqliteStore({ path: place.path }),
    });
    const [good, bad] = await engine.runs.list();
    expect(await engine.runs.wait(good?.runId ?? '')).to.include({ state: 'succeeded' });
    const failed = await engine.runs.wait(bad?.runId ?? '');
    expect(failed.state).to.equal('failed');
    expect(failed.error?.type).to.equal('store_corrupt');
    delete process.env['WITNESS'];
    await engine.close();
  });

  it('AC-48: a clock that goes back does not make events go back', async () => {
    let now = 1_700_000_000_000;
    const { createSystemClock } = await import('../../../engine/adapters/clock/system.ts');
    const clock = { ...createSystemClock(), now: () => (now -= 5000) };
    const { engine } = await engineOf(steps, undefined, { ports: { clock } });
    const { runId } = await engine.workflows.run('w');
    const events = await engine.runs.events(runId);
    expect(events.map(({ index }) => index)).to.deep.equal(events.map((_, place) => place + 1));
    const times = events.map(({ timestamp }) => timestamp);
    expect(times).to.deep.equal(times.toSorted());
  });

  it('AC-48: a clock that was set back makes nothing wait longer than it is to wait', async () => {
    const { createSystemClock } = await import('../../../engine/adapters/clock/system.ts');
    const path = join(temporaryFolder(), 'engine.sqlite');
    const files = {
      'src/workflows/w.yaml': `steps:
  - id: both
    parallel:
      branches:
        time: [{ id: rest, wait: { duration: 1s } }]
        event: [{ id: news, wait: { event: never, timeout: 1s }, catch: [{ output: late }] }]
output: '\${{ steps.both.output.event }}'
`,
    };
    const system = createSystemClock();
    const clock: Clock = {
      now: () => system.now() + 7_200_000,
      elapsed: () => system.elapsed(),
      ulid: () => system.ulid(),
      // No wait is over before the engine is closed.
      sleep: (_ms, signal) => system.sleep(3_600_000, signal),
    };
    const { engine } = await engineOf(files, undefined, {
      store: await openSqliteStore({ path }),
      ports: { clock },
    });
    const { runId } = await engine.workflows.start('w');
    for await (const { stepPath } of engine.runs.subscribe(runId)) if (stepPath?.endsWith('news')) break;
    while ((await engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
    await engine.close();
    const { engine: next } = await engineOf(engine.program.root, undefined, {
      store: await openSqliteStore({ path }),
    });
    expect((await next.runs.wait(runId)).output).to.equal('late');
  });

  it('AC-50: with few files left to open, work ends all the same', async () => {
    const place = await placeOf({ 'src/tools/work.ts': witnessTool(), 'src/workflows/w.yaml': three });
    const { child, exited } = place.start(['run', 'w', '{}']);
    spawnSync('prlimit', ['--pid', String(child.pid), '--nofile=64:64']);
    expect(await exited).to.equal(null);
    expect(place.witnessed()).to.have.length(3);
  });

  it('more acts than one statement takes are one commit', async () => {
    const path = join(temporaryFolder(), 'engine.sqlite');
    const store = await openSqliteStore({ path });
    const count = 20_000;
    const inserted = await Promise.all(
      Array.from({ length: count }, (_, place) => store.executions.insert(execution(`r${place}`))),
    );
    expect(inserted.every(Boolean)).to.equal(true);
    const again = await Promise.all(['r0', 'new'].map((id) => store.executions.insert(execution(id))));
    expect(again).to.deep.equal([false, true]);
    await store.close();
  });
});

function execution(id: string): Execution {
  return {
    id,
    kind: 'run',
    name: 'w',
    key: '',
    state: 'queued',
    input: { text: 'x'.repeat(200) },
    hash: 'h',
    attempts: 0,
    createdAt: 1,
  };
}

async function idsOf(path: string): Promise<string[]> {
  expect(existsSync(path)).to.equal(true);
  const store: Store = await openSqliteStore({ path }).catch((thrown: unknown) => {
    // Cut before the tables were made.
    if (asProblem(thrown).code === 'store_corrupt') return undefined as never;
    throw thrown;
  });
  const found = (await store.executions.list({ limit: 1000 })).map(({ id }) => id).toReversed();
  await store.close();
  return found;
}

function arm(text: string): void {
  armFailpoints(text, { kill: () => undefined, stop: () => undefined, delay: () => Promise.resolve() });
}
