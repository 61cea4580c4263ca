import { KeyvSqlite } from '@keyv/sqlite';
import { expect } from 'chai';
import { Keyv } from 'keyv';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../engine/adapters/store/sqlite-connection.ts';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import type { Json } from '../../../engine/core/json.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { event, run } from './samples.ts';

describe('sqlite store: the file', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-'));
    path = join(folder, 'engine.db');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('folder and files are made for this user only', async () => {
    const deep = join(folder, 'a', 'b', 'engine.db');
    const store = await openSqliteStore({ path: deep });
    await store.documents.set('d', 'k', 1);
    const files = await readdir(join(folder, 'a', 'b'));
    expect(files.sort()).to.deep.equal(['engine.db', 'engine.db-shm', 'engine.db-wal', 'engine.db.lock']);
    for (const file of files) expect(await modeOf(join(folder, 'a', 'b', file))).to.equal(0o600);
    expect(await modeOf(join(folder, 'a'))).to.equal(0o700);
    expect(await modeOf(join(folder, 'a', 'b'))).to.equal(0o700);
    await store.close();
    expect((await readdir(join(folder, 'a', 'b'))).sort()).to.deep.equal(['engine.db', 'engine.db.lock']);
  });

  for (const [what, suffix] of [
    ['its file', ''],
    ['its lock file', '.lock'],
  ] as const) {
    it(`takes no more when ${what} is removed or replaced beneath it, and goes on when it is put back`, async () => {
      const store = await openSqliteStore({ path });
      await store.documents.set('d', 'k', 1);
      await rename(path + suffix, `${path}.away`);
      for (const isReplaced of [false, true]) {
        if (isReplaced) await copyFile(`${path}.away`, path + suffix);
        const refused = await store.documents.set('d', 'k', 2).then(
          () => undefined,
          (thrown: unknown) => thrown as Problem,
        );
        expect(refused?.code).to.equal('store_unavailable');
        expect(refused?.message).to.include('was removed or replaced while it was open; put it back');
        expect(await store.documents.get('d', 'k')).to.equal(1);
      }
      await rename(`${path}.away`, path + suffix);
      await store.documents.set('d', 'k', 3);
      await store.close();
      const again = await openSqliteStore({ path });
      expect(await again.documents.get('d', 'k')).to.equal(3);
      await again.close();
    });
  }

  it('an empty file is a new store', async () => {
    await writeFile(path, '');
    const store = await openSqliteStore({ path });
    await store.documents.set('d', 'k', 1);
    expect(await store.documents.get('d', 'k')).to.equal(1);
    await store.close();
  });

  it('Keyv reads the documents that a store wrote, and writes the same', async () => {
    const values: Json[] = [null, false, 0, '', ':colon', 'nul\u0000 \ud800 漢 😀', [], { a: [{ b: null }] }];
    const store = await openSqliteStore({ path });
    await Promise.all(values.map((value, index) => store.documents.set('d', `k${index}`, value)));
    await store.documents.set('d', 'gone', 1);
    await store.documents.delete('d', 'gone');
    await store.close();

    const sqlite = new KeyvSqlite({ uri: `sqlite://${path}`, table: 'documents' });
    const options = { useKeyPrefix: false, serialize: JSON.stringify, deserialize: JSON.parse };
    const keyv = new Keyv<Json>({ store: sqlite, ...options });
    for (const [index, value] of values.entries()) {
      const written: unknown = await sqlite.get(`d:k${index}`);
      expect(await keyv.get(`d:k${index}`)).to.deep.equal(value);
      await keyv.set(`d:k${index}`, value);
      expect(await sqlite.get(`d:k${index}`)).to.equal(written);
    }
    expect(await keyv.has('d:gone')).to.equal(false);
    await sqlite.close();
  });

  it('acts asked for together each get their own answer, also when one of them fails', async () => {
    const store = await openSqliteStore({ path });
    const { executions, events, documents } = store;
    await events.append([event('old', 1)]);
    const ask = (id: string, taken: number) =>
      Promise.allSettled([
        documents.set('d', 'k', `${id} 1`),
        executions.insert(run(id, 1)),
        executions.insert(run(id, 2)),
        events.append([event('old', taken)]),
        executions.finish(id, { state: 'succeeded', endedAt: 3 }),
        executions.finish(id, { state: 'failed', endedAt: 4 }),
        documents.set('d', 'k', `${id} 2`),
      ]);
    for (const [id, taken] of [
      ['good', 2],
      ['bad', 1],
    ] as const) {
      const answers = await ask(id, taken);
      expect(
        answers.map((answer) => (answer.status === 'rejected' ? 'rejected' : answer.value)),
      ).to.deep.equal([
        undefined,
        true,
        false,
        id === 'good' ? undefined : 'rejected',
        true,
        false,
        undefined,
      ]);
      expect(await executions.get(id)).to.include({ createdAt: 1, state: 'succeeded', endedAt: 3 });
      expect(await documents.get('d', 'k')).to.equal(`${id} 2`);
    }
    await store.close();
  });

  it('a second store on the same file is refused with the owner, until the first is closed', async () => {
    const store = await openSqliteStore({ path });
    const problem = await problemOf(openSqliteStore({ path }));
    expect(problem.toData()).to.deep.equal({
      type: 'store_locked',
      message: `the store "${path}" is in use by process ${process.pid}; stop it, or name another file in "store.path"`,
      details: { path, pid: process.pid },
    });
    await store.documents.set('d', 'k', 1);
    await store.close();
    const again = await openSqliteStore({ path });
    expect(await again.documents.get('d', 'k')).to.equal(1);
    await again.close();
  });

  it('a link to the file has the same lock', async () => {
    const store = await openSqliteStore({ path });
    await symlink(path, join(folder, 'link.db'));
    await mkdir(join(folder, 'x'));
    await symlink(folder, join(folder, 'x', 'way'));
    expect((await problemOf(openSqliteStore({ path: join(folder, 'link.db') }))).code).to.equal(
      'store_locked',
    );
    expect((await problemOf(openSqliteStore({ path: join(folder, 'x', 'way', 'engine.db') }))).code).to.equal(
      'store_locked',
    );
    await store.close();
  });

  describe('a damaged file is refused and stays byte for byte as it was', () => {
    const cases: Readonly<Record<string, { damage: (bytes: Buffer) => Buffer; why: string }>> = {
      'cut to half': { damage: (bytes) => bytes.subarray(0, bytes.length / 2), why: 'its end is missing' },
      'cut by a page': {
        damage: (bytes) => bytes.subarray(0, bytes.length - 4096),
        why: 'its end is missing',
      },
      'cut inside the header': { damage: (bytes) => bytes.subarray(0, 60), why: 'its end is missing' },
      'one byte': { damage: () => Buffer.from('x'), why: 'it is not a SQLite file' },
      'header overwritten': {
        damage: (bytes) => Buffer.concat([Buffer.alloc(100, 7), bytes.subarray(100)]),
        why: 'it is not a SQLite file',
      },
      'header fields overwritten': {
        damage: (bytes) => Buffer.concat([bytes.subarray(0, 16), Buffer.alloc(84, 7), bytes.subarray(100)]),
        why: 'its header is overwritten',
      },
      'random bytes': { damage: (bytes) => noise(bytes.length), why: 'it is not a SQLite file' },
      'a text file': { damage: () => Buffer.from('hello\n'.repeat(1000)), why: 'it is not a SQLite file' },
      'random bytes after the header': {
        damage: (bytes) => Buffer.concat([bytes.subarray(0, 100), noise(bytes.length - 100)]),
        why: 'pages do not fit together',
      },
      'a page in the middle overwritten': {
        damage: (bytes) =>
          Buffer.concat([bytes.subarray(0, 8 * 4096), noise(4096), bytes.subarray(9 * 4096)]),
        why: 'pages do not fit together',
      },
      'all zeros after the header': {
        damage: (bytes) => Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100)]),
        why: 'pages do not fit together',
      },
    };

    for (const [title, { damage, why }] of Object.entries(cases)) {
      it(title, async () => {
        const store = await openSqliteStore({ path });
        for (let n = 1; n <= 200; n += 1) await store.events.append([event('e', n)]);
        await store.close();
        const damaged = damage(await readFile(path));
        await writeFile(path, damaged);
        for (const readOnly of [false, true, false]) {
          const problem = await problemOf(openSqliteStore({ path, readOnly }));
          expect(problem.toData()).to.deep.equal({
            type: 'store_corrupt',
            message: `the store "${path}" is damaged: ${why}; restore it from a backup, save what can be read with "engine doctor", or move it away to start empty`,
            details: { path },
          });
          expect((await readFile(path)).equals(damaged)).to.equal(true);
          expect((await readdir(folder)).sort()).to.deep.equal(['engine.db', 'engine.db.lock']);
        }
        await rm(path);
        await (await openSqliteStore({ path })).close();
      });
    }
  });

  it('a file of a newer engine is refused and stays as it was', async () => {
    await (await openSqliteStore({ path })).close();
    const bytes = await readFile(path);
    bytes.writeUInt32BE(99, 60);
    await writeFile(path, bytes);
    for (const readOnly of [false, true]) {
      const problem = await problemOf(openSqliteStore({ path, readOnly }));
      expect(problem.code).to.equal('store_unavailable');
      expect(problem.message).to.equal(
        `the store "${path}" cannot be used: it was written by a newer version of the engine ` +
          '(its format is 99, this one knows 4); update the engine',
      );
    }
    expect((await readFile(path)).equals(bytes)).to.equal(true);
  });

  it("another program's database is refused and stays as it was", async () => {
    await (await openSqliteStore({ path })).close();
    const bytes = await readFile(path);
    bytes.writeUInt32BE(12345, 68);
    await writeFile(path, bytes);
    const problem = await problemOf(openSqliteStore({ path }));
    expect(problem.message).to.equal(
      `the store "${path}" cannot be used: it belongs to another program; name another file in "store.path"`,
    );
    expect((await readFile(path)).equals(bytes)).to.equal(true);
  });

  it('a path that cannot be a file is refused with the reason', async () => {
    await writeFile(join(folder, 'file'), 'text');
    await mkdir(join(folder, 'sub'));
    const reasons: [string, string][] = [
      [
        join(folder, 'file', 'engine.db'),
        'a part of its path is a file, not a folder; name another place in "store.path"',
      ],
      [
        join(folder, 'file', 'deep', 'engine.db'),
        'a part of its path is a file, not a folder; name another place in "store.path"',
      ],
      [join(folder, 'sub'), 'it is a folder; name a file in "store.path"'],
      ['/proc/engine/engine.db', 'its folder cannot be made; name another place in "store.path"'],
    ];
    for (const [place, why] of reasons) {
      const problem = await problemOf(openSqliteStore({ path: place }));
      expect(problem.toData()).to.deep.equal({
        type: 'store_unavailable',
        message: `the store "${place}" cannot be used: ${why}`,
        details: { path: place },
      });
    }
    expect((await readdir(folder)).sort()).to.deep.equal(['file', 'sub']);
  });

  it('what is stored already is refused for good, and what is asked of a closed store only for now', async () => {
    const store = await openSqliteStore({ path });
    await store.events.append([event('e', 1)]);
    const twice = await store.events.append([event('e', 1)]).catch((thrown: unknown) => thrown as Problem);
    await store.close();
    const closed = await store.events.append([event('e', 2)]).catch((thrown: unknown) => thrown as Problem);
    expect([twice, closed].map((one) => [one?.code, one?.retryable])).to.deep.equal([
      ['store_unavailable', false],
      ['store_unavailable', true],
    ]);
    expect(twice?.message).to.equal(`the store "${path}" does not take this: the row is stored already`);
  });

  it('opening for reading sees what the owner has just written, and writes nothing', async () => {
    const store = await openSqliteStore({ path });
    await store.executions.insert(run('first', 1));
    const reader = await openSqliteStore({ path, readOnly: true });
    await store.executions.insert(run('second', 2));
    await store.documents.set('d', 'k', 'v');
    expect((await reader.executions.list({})).map(({ id }) => id)).to.deep.equal(['second', 'first']);
    expect(await reader.documents.get('d', 'k')).to.equal('v');
    const refusal = `the store "${path}" cannot be used: it is open for reading only`;
    expect((await problemOf(reader.documents.set('d', 'k', 'w'))).message).to.equal(refusal);
    expect((await problemOf(reader.executions.insert(run('third', 3)))).message).to.equal(refusal);
    await reader.close();
    // The owner still owns: closing the reader must not have dropped its locks.
    expect((await problemOf(openSqliteStore({ path }))).code).to.equal('store_locked');
    await store.documents.set('d', 'k', 'w');
    await store.close();
  });

  it('opening for reading a file whose owner died before it made the tables says so', async () => {
    const owner = await connect(path, 1_000);
    await owner.query('PRAGMA store.journal_mode=WAL');
    await owner.close();
    expect((await problemOf(openSqliteStore({ path, readOnly: true }))).message).to.equal(
      `the store "${path}" cannot be used: nothing is in it yet; start the engine once to make it`,
    );
    const store = await openSqliteStore({ path });
    await store.executions.insert(run('first', 1));
    const reader = await openSqliteStore({ path, readOnly: true });
    expect(await reader.executions.list({})).to.have.length(1);
    await reader.close();
    await store.close();
  });

  it('opening a missing file for reading gives an empty store and makes nothing', async () => {
    const missing = join(folder, 'sub', 'engine.db');
    const reader = await openSqliteStore({ path: missing, readOnly: true });
    expect(await reader.executions.list({})).to.deep.equal([]);
    expect((await problemOf(reader.documents.set('d', 'k', 1))).code).to.equal('store_unavailable');
    await reader.close();
    expect(await readdir(folder)).to.deep.equal([]);
  });
});

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).to.be.instanceOf(Problem);
  return thrown as Problem;
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

function noise(length: number): Buffer {
  let state = 12345;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >> 16) & 0xff;
    }),
  );
}
