import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { run } from './samples.ts';
import { builtProgram } from '../../fakes/programs.ts';
import { expectWithin } from '../../fakes/contention.ts';

describe('sqlite store: several processes', function () {
  this.timeout(120_000);
  let folder: string;
  let path: string;
  const children = new Set<ChildProcess>();
  let program: string;

  before(async () => {
    program = await builtProgram('store-child');
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-'));
    path = join(folder, 'engine.db');
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    await rm(folder, { recursive: true });
  });

  function start(
    mode: string,
    options: { readonly path?: string; readonly user?: number } = {},
  ): { child: ChildProcess; lines: AsyncIterator<string>; exit: Promise<void> } {
    const child = spawn(process.execPath, [program, options.path ?? path, mode], {
      ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(child);
    return {
      child,
      lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
      exit: new Promise((resolve) => child.once('exit', () => resolve())),
    };
  }

  async function linesOf(lines: AsyncIterator<string>): Promise<unknown[]> {
    const all: unknown[] = [];
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      all.push(JSON.parse(line.value));
    }
    return all;
  }

  it('the owner in another process is named, and killing it frees the store at once', async () => {
    const { child, lines, exit } = start('hold');
    expect((await lines.next()).value).to.equal('"open"');
    const refused = await openSqliteStore({ path }).catch((error: unknown) => error as Error);
    expect(refused).to.have.property('code', 'store_locked');
    expect(refused).to.have.deep.property('details', { path, pid: child.pid });
    child.kill('SIGKILL');
    await exit;
    const begun = performance.now();
    const store = await openSqliteStore({ path });
    expectWithin(performance.now() - begun, 1000);
    await store.close();
  });

  it('what one process wrote, another one reads, while the first is at work and after', async () => {
    const store = await openSqliteStore({ path });
    await store.executions.insert(run('first', 1));
    expect(await linesOf(start('list').lines)).to.deep.equal(['open', ['first']]);
    await store.executions.insert(run('second', 2));
    const second = start('hold');
    expect(await linesOf(second.lines)).to.deep.equal([
      {
        refused: 'store_locked',
        message: `the store "${path}" is in use by process ${process.pid}; stop it, or name another file in "store.path"`,
      },
    ]);
    await store.close();
    expect(await linesOf(start('list').lines)).to.deep.equal(['open', ['second', 'first']]);
  });

  it('a folder or file without permission is refused with what to do, and stays as it was', async () => {
    await (await openSqliteStore({ path })).close();
    const before = await readFile(path);
    await chmod(path, 0o444);
    await chmod(`${path}.lock`, 0o666);
    await mkdir(join(folder, 'sub'), { mode: 0o555 });
    await chmod(folder, 0o777);
    // Root may do everything, whatever the mode says.
    const user = process.getuid?.() === 0 ? { user: 65534 } : {};
    const places = [path, join(folder, 'sub', 'engine.db'), join(folder, 'sub', 'deep', 'engine.db')];
    const answers = await Promise.all(
      places.map((place) => linesOf(start('hold', { path: place, ...user }).lines)),
    );
    const why = 'no permission; give this user read and write access to the file and its folder';
    expect(answers).to.deep.equal(
      places.map((place) => [
        { refused: 'store_unavailable', message: `the store "${place}" cannot be used: ${why}` },
      ]),
    );
    expect((await readFile(path)).equals(before)).to.equal(true);
  });

  it('everything that was acknowledged before SIGKILL is there after it', async () => {
    const acknowledged: Record<string, unknown>[] = [];
    for (const killAfter of [3, 40, 400, 1500]) {
      const { child, lines, exit } = start('write');
      expect((await lines.next()).value).to.equal('"open"');
      const before = acknowledged.length;
      for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
        acknowledged.push(JSON.parse(line.value) as Record<string, unknown>);
        if (acknowledged.length - before === killAfter) child.kill('SIGKILL');
      }
      await exit;
      expect(acknowledged.length - before).to.be.at.least(killAfter);
    }

    const store = await openSqliteStore({ path });
    const events = new Map<string, number>();
    const ids = new Set(
      acknowledged.flatMap(({ inserted }) => (typeof inserted === 'string' ? [inserted] : [])),
    );
    for (const id of ids) {
      expect(await store.executions.get(id)).to.deep.equal(run(id, 1));
      const stored = await store.events.read(id, { after: 0, limit: 100_000 });
      expect(stored.map(({ index }) => index)).to.deep.equal(stored.map((_, place) => place + 1));
      events.set(id, stored.length);
    }
    const checkpoints = new Map(
      await Promise.all([...ids].map(async (id) => [id, await store.checkpoints.all(id)] as const)),
    );
    for (const { event, document, checkpoint, n } of acknowledged) {
      if (event !== undefined) expect(events.get(String(event))).to.be.at.least(Number(n));
      if (document !== undefined)
        expect(await store.documents.get('d', `${String(document)}/${String(n)}`)).to.equal(n);
      if (checkpoint !== undefined) expect(checkpoints.get(String(checkpoint))?.get(String(n))).to.equal(n);
    }
    expect(ids.size).to.be.at.least(3);
    await store.close();
  });
});
