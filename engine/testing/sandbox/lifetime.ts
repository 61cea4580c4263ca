import assert from 'node:assert/strict';
import { free, rejectsWith, type SandboxCase } from './case.ts';

/** How files stay, and whose they are. */
export const lifetimeCases: readonly SandboxCase[] = [
  {
    needs: 'snapshot',
    title: 'a snapshot restores the workspace; dirty tells whether one is due',
    async run({ open }) {
      const first = await open(free);
      assert.equal(first.dirty, false);
      await first.writeFile('a/b.bin', Uint8Array.of(0, 200));
      await first.makeFolder('empty');
      assert.equal(first.dirty, true);
      const restore = await first.snapshot();
      assert.equal(first.dirty, false);
      await first.exec('echo more > c');
      assert.equal(first.dirty, true);
      await first.close();
      const second = await open(free, { restore });
      assert.equal(second.dirty, false);
      assert.deepEqual([...(await second.readFile('a/b.bin'))], [0, 200]);
      assert.equal((await second.stat('empty'))?.kind, 'folder');
      assert.equal(await second.stat('c'), undefined);
      assert.deepEqual(await second.snapshot(), restore);
      await second.close();
    },
  },
  {
    title: 'two sandboxes share no files',
    async run({ open }) {
      const [one, two] = await Promise.all([open(free), open(free)]);
      await one.writeFile('mine', 'x');
      assert.equal(await two.stat('mine'), undefined);
      await Promise.all([one.close(), two.close()]);
    },
  },
  {
    title: "two sandboxes share no temporary files, and commands see the file calls'",
    needs: 'boundary',
    async run({ open }) {
      const [one, two] = await Promise.all([open(free), open(free)]);
      await one.exec('echo x > /tmp/mine');
      assert.notEqual((await two.exec('cat /tmp/mine')).exitCode, 0);
      await one.writeFile('/tmp/given', 'by the file call');
      assert.equal((await one.exec('cat /tmp/given')).stdout, 'by the file call');
      await Promise.all([one.close(), two.close()]);
    },
  },
  {
    title: 'files are there when the sandbox is opened again, and it never asks to be stored',
    needs: 'keeping',
    async run({ open, reopen }) {
      assert.ok(reopen !== undefined);
      const first = await open(free);
      await first.writeFile('a/b.bin', Uint8Array.of(0, 200));
      await first.exec('echo more > c');
      assert.equal(first.dirty, false);
      const files = await first.snapshot();
      await first.close();
      const second = await reopen(first);
      assert.deepEqual([...(await second.readFile('a/b.bin'))], [0, 200]);
      assert.deepEqual(await second.snapshot(), files);
      await second.close();
    },
  },
  {
    title: 'a closed sandbox runs nothing more, and ends what it ran',
    async run({ open }) {
      const sandbox = await open(free);
      const work = sandbox.exec('echo on > begun; sleep 30');
      const ended = rejectsWith('aborted', () => work);
      while ((await sandbox.stat('begun')) === undefined) await new Promise((next) => setTimeout(next, 5));
      await sandbox.close();
      await ended;
      await rejectsWith('aborted', () => sandbox.exec('echo hi'));
    },
  },
];
