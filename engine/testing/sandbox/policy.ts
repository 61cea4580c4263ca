import assert from 'node:assert/strict';
import { Problem } from '../../core/problem.ts';
import { free, rejectsWith, text, type SandboxCase } from './case.ts';

/** What nobody gets around. */
export const policyCases: readonly SandboxCase[] = [
  {
    title: 'without write every change is sandbox_denied and nothing changes',
    needs: 'boundary',
    async run({ open }) {
      const sandbox = await open({ ...free, write: false }, { files: { 'a.txt': 'kept' } });
      await rejectsWith('sandbox_denied', () => sandbox.writeFile('a.txt', 'changed'));
      await rejectsWith('sandbox_denied', () => sandbox.writeFile('new.txt', 'x'));
      await rejectsWith('sandbox_denied', () => sandbox.makeFolder('sub'));
      await rejectsWith('sandbox_denied', () => sandbox.remove('a.txt'));
      for (const command of [
        'echo x > a.txt',
        'echo x >> a.txt',
        'touch b',
        'mv a.txt b',
        'rm -f a.txt',
        "sed -i 's/kept/changed/' a.txt",
        'echo x | tee a.txt',
        'mkdir sub',
        'cp a.txt b',
      ]) {
        await sandbox.exec(command).catch((thrown: unknown) => {
          assert.ok(thrown instanceof Problem && thrown.code === 'sandbox_denied', command);
        });
      }
      assert.deepEqual(
        (await sandbox.list('.')).map(({ path }) => path),
        [`${sandbox.spec.workspace}/a.txt`],
      );
      assert.equal(text(await sandbox.readFile('a.txt')), 'kept');
      await sandbox.close();
    },
  },
  {
    title: 'without shell every command is sandbox_denied',
    async run({ open }) {
      const sandbox = await open({ write: true, shell: false });
      await rejectsWith('sandbox_denied', () => sandbox.exec('echo hi'));
      await sandbox.close();
    },
  },
  {
    title: 'only allowed commands run, however they are written',
    async run({ open }) {
      const sandbox = await open({ ...free, commands: ['echo'] });
      assert.equal((await sandbox.exec('echo hi; echo $(echo there)')).stdout, 'hi\nthere\n');
      for (const command of ['ls', 'echo a; ls', 'echo $(ls)', 'echo a | cat', 'echo x#;ls', '(ls)', 'if']) {
        await rejectsWith('sandbox_denied', () => sandbox.exec(command));
      }
      await sandbox.close();
    },
  },
  {
    title: 'the environment is what was given to open and to the call, and nothing of the host',
    async run({ open }) {
      process.env['SANDBOX_CANARY'] = 'canary-value';
      try {
        const sandbox = await open(free, { env: { GIVEN: 'one' } });
        const seen = await sandbox.exec('env; echo "$GIVEN $CALL $SANDBOX_CANARY"', { env: { CALL: 'two' } });
        assert.match(seen.stdout, /^GIVEN=one$/m);
        assert.match(seen.stdout, /^one two $/m);
        for (const look of [
          'env',
          'printenv',
          'set',
          'export -p',
          'cat /proc/self/environ /proc/1/environ',
        ]) {
          const { stdout } = await sandbox.exec(`${look}; cat /proc/[0-9]*/cmdline`);
          assert.doesNotMatch(stdout, /canary-value/);
        }
        assert.equal((await sandbox.exec('echo "$CALL"')).stdout, '\n');
        await sandbox.close();
      } finally {
        delete process.env['SANDBOX_CANARY'];
      }
    },
  },
  {
    title: 'a read-only view reads and writes nothing, whoever else writes',
    async run({ open }) {
      const sandbox = await open(free);
      await sandbox.writeFile('a.txt', 'one');
      const view = sandbox.restricted({ write: false });
      assert.equal(view.spec.write, false);
      assert.equal(text(await view.readFile('a.txt')), 'one');
      await rejectsWith('sandbox_denied', () => view.writeFile('a.txt', 'two'));
      await rejectsWith('sandbox_denied', () => view.remove('a.txt'));
      await view.exec('echo two > a.txt').catch(() => undefined);
      assert.equal(text(await sandbox.readFile('a.txt')), 'one');
      await sandbox.writeFile('a.txt', 'three');
      assert.equal(text(await view.readFile('a.txt')), 'three');
      await view.close();
      assert.equal(text(await sandbox.readFile('a.txt')), 'three');
      await sandbox.close();
    },
  },
  {
    title: 'a view without shell runs nothing',
    async run({ open }) {
      const sandbox = await open(free);
      await rejectsWith('sandbox_denied', () => sandbox.restricted({ shell: false }).exec('echo hi'));
      assert.equal((await sandbox.exec('echo hi')).stdout, 'hi\n');
      await sandbox.close();
    },
  },
  {
    title: 'a view of a folder has it as its workspace and sees nothing else',
    async run({ open }) {
      const sandbox = await open(free);
      await sandbox.writeFile('secret.txt', 'canary-outside');
      await sandbox.writeFile('part/inner/b.txt', 'within');
      const view = sandbox.restricted({ folder: 'part' });
      const root = `${sandbox.spec.workspace}/part`;
      assert.equal(view.spec.workspace, root);
      assert.equal(text(await view.readFile('inner/b.txt')), 'within');
      for (const path of ['../secret.txt', `${sandbox.spec.workspace}/secret.txt`, '..'])
        await rejectsWith('sandbox_denied', () => view.readFile(path));
      await view.writeFile('made.txt', 'x');
      assert.equal(text(await sandbox.readFile('part/made.txt')), 'x');
      const seen = await view
        .exec('pwd; cat inner/b.txt ../secret.txt; ln -s ../secret.txt link; cat link')
        .catch(() => undefined);
      assert.doesNotMatch(seen?.stdout ?? '', /canary/);
      if (seen !== undefined) assert.match(seen.stdout, /\/part\nwithin/);
      const deeper = view.restricted({ folder: 'inner', write: false });
      assert.equal(text(await deeper.readFile('b.txt')), 'within');
      await rejectsWith('sandbox_denied', () => deeper.readFile('../made.txt'));
      await rejectsWith('sandbox_denied', () => deeper.writeFile('c', ''));
      await sandbox.close();
    },
  },
];
