import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examineStore } from '../../../engine/adapters/store/examine.ts';
import { salvageStore } from '../../../engine/adapters/store/salvage.ts';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { connect } from '../../../engine/adapters/store/sqlite-connection.ts';
import { event, run } from './samples.ts';

describe('sqlite store: what is wrong with it, and what can be saved', function () {
  this.timeout(120_000);
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-'));
    path = join(folder, 'engine.db');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const names = Array.from({ length: 40 }, (_, index) => `r${String(index).padStart(2, '0')}`);

  /** Forty runs with ten events, a record and a document each; every second one has ended. */
  async function fill(): Promise<void> {
    const store = await openSqliteStore({ path });
    for (const [index, id] of names.entries()) {
      await Promise.all([
        store.executions.insert({ ...run(id, index), input: { text: id.repeat(200) } }),
        store.events.append(Array.from({ length: 10 }, (_, at) => event(id, at + 1))),
        store.checkpoints.put(id, 'step', { n: index }),
        store.documents.set('d', id, id),
        store.signals.put(id, { topic: 't', idempotencyKey: 'k', payload: index, at: 1 }),
      ]);
      if (index % 2 === 1) await store.executions.finish(id, { state: 'succeeded', output: 1, endedAt: 99 });
    }
    await store.close();
  }

  /** Does something to the file that a store would not. */
  async function behind(sql: string): Promise<void> {
    const connection = await connect(path, 1_000);
    await connection.query(sql);
    await connection.close();
  }

  it('a store that is well is described: format, sizes, work', async () => {
    await fill();
    const report = await examineStore(path);
    expect(report).to.deep.include({
      path,
      exists: true,
      format: { version: 4, known: 4 },
      faults: [],
      damaged: [],
      unknown: [],
      backups: [],
      executions: { queued: 20, succeeded: 20 },
    });
    expect(report).not.to.have.property('problem');
    expect(report).not.to.have.property('owner');
    expect(report.bytes.file).to.equal((await readFile(path)).length);
    expect(
      Object.fromEntries(Object.entries(report.tables).map(([name, { rows }]) => [name, rows])),
    ).to.deep.equal({
      executions: 40,
      documents: 40,
      signals: 20 + 20,
      events: 400,
      checkpoints: 40,
    });
    expect(report.tables['events']?.bytes).to.be.above(400 * 300);
  });

  it('the owner is named, and is not disturbed', async () => {
    const store = await openSqliteStore({ path });
    await store.documents.set('d', 'k', 1);
    expect(await examineStore(path)).to.deep.include({ owner: process.pid, exists: true, faults: [] });
    await store.documents.set('d', 'k', 2);
    await store.close();
    expect(await examineStore(path)).not.to.have.property('owner');
  });

  it('a file that is missing, another program’s, newer, cut or no store is told as such, and stays as it was', async () => {
    expect(await examineStore(path)).to.deep.include({ exists: false });
    expect(await readdir(folder)).to.deep.equal([]);
    await fill();
    const whole = await readFile(path);
    const changed = (offset: number, value: number): Buffer => {
      const bytes = Buffer.from(whole);
      bytes.writeUInt32BE(value, offset);
      return bytes;
    };
    for (const [bytes, what] of [
      [whole.subarray(0, whole.length / 2), 'its end is missing'],
      [Buffer.from('hello\n'.repeat(100)), 'it is not a SQLite file'],
      [changed(68, 12_345), 'belongs to another program'],
    ] as const) {
      await writeFile(path, bytes);
      expect((await examineStore(path)).problem?.message).to.include(what);
      expect((await readFile(path)).equals(bytes)).to.equal(true);
    }
    await writeFile(path, changed(60, 99));
    expect((await examineStore(path)).format).to.deep.equal({ version: 99, known: 4 });
  });

  it('rows that cannot be read, and kinds that are not known, are listed', async () => {
    await fill();
    await behind(`UPDATE events SET body = '{"broken' WHERE execution_id = 'r03' AND idx = 4`);
    await behind(`UPDATE executions SET input = 'x' WHERE id = 'r05'`);
    await behind(`UPDATE executions SET kind = 'quest' WHERE id = 'r06'`);
    expect(await examineStore(path)).to.deep.include({
      damaged: ['executions r05', 'events r03#4'],
      unknown: ['r06 (quest, queued)'],
    });
    const saved = await salvageStore(path, join(folder, 'saved.db'));
    expect(saved.tables).to.deep.include({
      executions: { saved: 39, lost: 1 },
      documents: { saved: 40, lost: 0 },
    });
  });

  it('what can be read of a store with damaged pages is copied into a new one, and the old one stays', async () => {
    await fill();
    const bytes = readFileSync(path);
    const pages = bytes.length / 4096;
    for (const page of [Math.floor(pages * 0.3), Math.floor(pages * 0.6), Math.floor(pages * 0.9)])
      bytes.fill(0x5a, page * 4096, (page + 1) * 4096);
    writeFileSync(path, bytes);
    const refused = await openSqliteStore({ path }).catch((thrown: unknown) => thrown);
    expect(refused).to.have.property('code', 'store_corrupt');
    expect((await examineStore(path)).faults).not.to.deep.equal([]);

    const target = join(folder, 'saved.db');
    const { tables } = await salvageStore(path, target);
    expect(readFileSync(path).equals(bytes)).to.equal(true);
    const seen = Object.values(tables).reduce((sum, { saved }) => sum + saved, 0);
    expect(seen).to.be.above(400);
    expect(Object.values(tables).reduce((sum, { lost }) => sum + lost, 0)).to.be.above(0);
    expect(await examineStore(target)).to.deep.include({ faults: [], damaged: [] });
    const store = await openSqliteStore({ path: target });
    for (const { id, input } of await store.executions.list({ limit: 1000 }))
      expect(input).to.deep.equal({ text: id.repeat(200) });
    await store.close();
    const again = await salvageStore(path, target).catch((thrown: unknown) => thrown);
    expect(again).to.have.property('code', 'conflict');
  });
});
