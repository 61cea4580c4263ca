import assert from 'node:assert/strict';
import { Problem } from '../../core/problem.ts';
import { free, rejectsWith, text, type SandboxCase } from './case.ts';

/** What the file calls promise. */
export const fileCases: readonly SandboxCase[] = [
  {
    title: 'a written file reads back, by relative and absolute path, folders made on the way',
    async run({ open }) {
      const sandbox = await open(free);
      await sandbox.writeFile('notes/a.txt', 'grüß dich');
      assert.equal(text(await sandbox.readFile(`${sandbox.spec.workspace}/notes/a.txt`)), 'grüß dich');
      await sandbox.writeFile('b.bin', Uint8Array.of(0, 255, 128, 10));
      assert.deepEqual([...(await sandbox.readFile('b.bin'))], [0, 255, 128, 10]);
      await sandbox.close();
    },
  },
  {
    title: 'stat tells kind and size, and undefined for what is not there',
    async run({ open }) {
      const sandbox = await open(free);
      await sandbox.makeFolder('sub/inner');
      await sandbox.writeFile('sub/a.txt', 'four');
      const file = await sandbox.stat('sub/a.txt');
      assert.equal(file?.kind, 'file');
      assert.equal(file.size, 4);
      assert.equal(file.path, `${sandbox.spec.workspace}/sub/a.txt`);
      assert.equal((await sandbox.stat('sub/inner'))?.kind, 'folder');
      assert.equal(await sandbox.stat('nothing'), undefined);
      await sandbox.close();
    },
  },
  {
    title: 'a folder lists its entries sorted by name',
    async run({ open }) {
      const sandbox = await open(free);
      for (const name of ['c', 'a', 'b']) await sandbox.writeFile(`sub/${name}`, '');
      await sandbox.makeFolder('sub/d');
      const root = `${sandbox.spec.workspace}/sub`;
      const entries = await sandbox.list('sub');
      assert.deepEqual(
        entries.map(({ path, kind }) => [path, kind]),
        [
          [`${root}/a`, 'file'],
          [`${root}/b`, 'file'],
          [`${root}/c`, 'file'],
          [`${root}/d`, 'folder'],
        ],
      );
      await sandbox.close();
    },
  },
  {
    title: 'missing files, folders read as files and files listed as folders are sandbox_failed',
    async run({ open }) {
      const sandbox = await open(free);
      await sandbox.writeFile('file', 'x');
      await rejectsWith('sandbox_failed', () => sandbox.readFile('missing'));
      await rejectsWith('sandbox_failed', () => sandbox.readFile('.'));
      await rejectsWith('sandbox_failed', () => sandbox.list('missing'));
      await rejectsWith('sandbox_failed', () => sandbox.list('file'));
      await rejectsWith('sandbox_failed', () => sandbox.remove('missing'));
      await sandbox.close();
    },
  },
  {
    title: 'a folder with files is only removed recursively, the workspace never',
    async run({ open }) {
      const sandbox = await open(free);
      await sandbox.writeFile('sub/a', 'x');
      await rejectsWith('sandbox_failed', () => sandbox.remove('sub'));
      await sandbox.remove('sub', { recursive: true });
      assert.equal(await sandbox.stat('sub'), undefined);
      await rejectsWith('sandbox_denied', () => sandbox.remove('.', { recursive: true }));
      await sandbox.close();
    },
  },
  {
    title: 'paths that leave the sandbox are sandbox_denied',
    async run({ open }) {
      const sandbox = await open(free);
      const { workspace } = sandbox.spec;
      for (const path of [
        '..',
        '../x',
        '/etc/passwd',
        `${workspace}-evil/x`,
        'a/../../../../x',
        'a\0b',
        '/',
      ]) {
        assert.throws(
          () => sandbox.resolve(path),
          (thrown) => thrown instanceof Problem && thrown.code === 'sandbox_denied',
        );
        await rejectsWith('sandbox_denied', () => sandbox.readFile(path));
        await rejectsWith('sandbox_denied', () => sandbox.writeFile(path, 'x'));
        await rejectsWith('sandbox_denied', () => sandbox.list(path));
        await rejectsWith('sandbox_denied', () => sandbox.stat(path));
        await rejectsWith('sandbox_denied', () => sandbox.remove(path));
      }
      assert.equal(sandbox.resolve('a/./b/../c//d/'), `${workspace}/a/c/d`);
      await sandbox.close();
    },
  },
  {
    title: 'a file over the limit is refused',
    async run({ open }) {
      const sandbox = await open(free);
      const large = new Uint8Array(sandbox.spec.limits.fileBytes + 1);
      await rejectsWith('sandbox_failed', () => sandbox.writeFile('large', large));
      assert.equal(await sandbox.stat('large'), undefined);
      await sandbox.close();
    },
  },
  {
    title: 'bytes of any kind and length come back as they were',
    async run({ open }) {
      const sandbox = await open(free);
      const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7919 + (index >> 8)) % 256);
      await sandbox.writeFile('deep/er/upload.bin', bytes);
      assert.deepEqual(Buffer.from(await sandbox.readFile('deep/er/upload.bin')), Buffer.from(bytes));
      assert.equal((await sandbox.stat('deep/er/upload.bin'))?.size, bytes.length);
      await sandbox.writeFile('empty', '');
      assert.equal((await sandbox.readFile('empty')).length, 0);
      await sandbox.writeFile('deep/er/upload.bin', 'short');
      assert.equal(text(await sandbox.readFile('deep/er/upload.bin')), 'short');
      await sandbox.close();
    },
  },
  {
    title: 'names may hold spaces, dashes in front, quotes and any letters',
    async run({ open }) {
      const sandbox = await open(free);
      const names = ['-rf', 'a \'quoted\' "name"', 'größe $HOME', 'sub folder/日本.txt'];
      for (const name of names) {
        await sandbox.writeFile(name, name);
        assert.equal(text(await sandbox.readFile(name)), name);
      }
      await sandbox.remove('-rf');
      assert.equal(await sandbox.stat('-rf'), undefined);
      await sandbox.close();
    },
  },
  {
    title: 'a link that leads out is marked, hides nothing beside it and is not read through',
    async run({ open }) {
      const sandbox = await open(free);
      await sandbox.writeFile('good.txt', 'good');
      await sandbox.exec(
        'ln -s /etc/passwd bad; ln -s /nowhere/new dangling; ln -s /etc folder; ln -s good.txt near',
      );
      const entries = await sandbox.list('.');
      assert.deepEqual(
        entries.map(({ path, kind }) => [path.slice(path.lastIndexOf('/') + 1), kind]),
        [
          ['bad', 'other'],
          ['dangling', 'other'],
          ['folder', 'other'],
          ['good.txt', 'file'],
          ['near', 'file'],
        ],
      );
      for (const path of ['bad', 'folder/passwd', 'dangling']) {
        await assert.rejects(sandbox.readFile(path), Problem);
      }
      assert.equal(text(await sandbox.readFile('near')), 'good');
      await sandbox.remove('near');
      assert.equal(text(await sandbox.readFile('good.txt')), 'good');
      await sandbox.close();
    },
  },
];
