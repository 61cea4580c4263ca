import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { connect } from '../../../engine/adapters/store/sqlite-connection.ts';
import { builtProgram } from '../../fakes/programs.ts';

/** What the first version of the engine made. */
const firstFormat = [
  'CREATE TABLE store.documents (key TEXT PRIMARY KEY, value TEXT)',
  `CREATE TABLE store.executions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL,
    input TEXT NOT NULL, output TEXT, error TEXT, usage TEXT, hash TEXT NOT NULL,
    created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER
  )`,
  'CREATE INDEX store.executions_by_name ON executions (name, seq)',
  'CREATE INDEX store.executions_by_state ON executions (state, seq)',
  `CREATE TABLE store.events (
    execution_id TEXT NOT NULL, idx INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (execution_id, idx)
  ) WITHOUT ROWID`,
  `CREATE TABLE store.checkpoints (
    execution_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (execution_id, key)
  ) WITHOUT ROWID`,
  'PRAGMA store.application_id=0x464c5545',
  'PRAGMA store.user_version=1',
  `INSERT INTO store.documents VALUES ('d:k', '{"value":"kept"}')`,
  `INSERT INTO store.executions (id, kind, name, key, state, input, hash, created_at)
   VALUES ('old', 'run', 'flow', '', 'queued', '{"n":1}', 'h', 7)`,
  `INSERT INTO store.checkpoints VALUES ('old', 'first', '{"n":1}')`,
];

describe('sqlite store: a file of an older engine', function () {
  this.timeout(120_000);
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-'));
    path = join(folder, 'engine.db');
    const connection = await connect(path, 1_000);
    for (const statement of firstFormat) await connection.query(statement);
    await connection.close();
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** What must be there after every migration. */
  async function expectWhole(file: string): Promise<void> {
    const store = await openSqliteStore({ path: file });
    try {
      expect(await store.documents.get('d', 'k')).to.equal('kept');
      const [key] = await store.documents.keys('d', { limit: 1 });
      expect(key?.at).to.be.within(Date.now() - 60_000, Date.now());
      expect(await store.executions.list({})).to.deep.equal([
        {
          id: 'old',
          kind: 'run',
          name: 'flow',
          key: '',
          state: 'queued',
          input: { n: 1 },
          hash: 'h',
          attempts: 1,
          createdAt: 7,
        },
      ]);
      expect([...(await store.checkpoints.all('old'))]).to.deep.equal([['first', { n: 1 }]]);
      await store.documents.set('d', 'new', 1);
      expect(await store.documents.get('d', 'new')).to.equal(1);
    } finally {
      await store.close();
    }
  }

  it('is copied before it is brought up to date, and the copy is a whole store of the old format', async () => {
    await expectWhole(path);
    const backup = `${path}.v1.backup`;
    expect((await readdir(folder)).sort()).to.deep.equal([
      'engine.db',
      'engine.db.lock',
      'engine.db.v1.backup',
    ]);
    expect((await stat(backup)).mode & 0o777).to.equal(0o600);
    const connection = await connect(backup, 1_000);
    expect(await connection.query('PRAGMA store.user_version')).to.deep.equal([{ user_version: 1 }]);
    await connection.close();
    await copyFile(backup, join(folder, 'restored.db'));
    await expectWhole(join(folder, 'restored.db'));
  });

  it('is not touched by who only reads, and is copied again when the copy is stale or half done', async () => {
    await writeFile(`${path}.v1.backup`, 'stale');
    await writeFile(`${path}.v1.backup.unfinished`, 'half');
    const problem = await openSqliteStore({ path, readOnly: true }).catch((thrown: unknown) => thrown);
    expect(problem).to.have.property('code', 'store_unavailable');
    expect((await stat(`${path}.v1.backup`)).size).to.equal(5);
    await expectWhole(path);
    expect((await stat(`${path}.v1.backup`)).size).to.be.above(4096);
    expect(await readdir(folder)).not.to.include('engine.db.v1.backup.unfinished');
  });

  it('is whole at the next start, whichever statement of the migration the engine is killed at', async () => {
    const program = await builtProgram('migrating-child');
    const migrated = (file: string, at: number): Promise<NodeJS.Signals | null> =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [program, file, String(at)], {
          stdio: ['ignore', 'inherit', 'inherit'],
        });
        child.once('exit', (_code, signal) => resolve(signal));
      });
    let kills = 0;
    for (let at = 1; ; at += 2) {
      const files = [at, at + 1].map((number) => join(folder, `${number}.db`));
      for (const file of files) await copyFile(path, file);
      const signals = await Promise.all(files.map((file, index) => migrated(file, at + index)));
      for (const file of files) await expectWhole(file);
      kills += signals.filter((signal) => signal === 'SIGKILL').length;
      if (signals.includes(null)) break;
    }
    // The backup, the begin, the steps of each version, two marks, the commit.
    expect(kills).to.equal(1 + 1 + 7 + 3 + 2 + 2 + 1);
  });
});
