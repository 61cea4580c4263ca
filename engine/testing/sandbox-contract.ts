import assert from 'node:assert/strict';
import { Problem } from '../core/problem.ts';
import type { Sandbox, SandboxSnapshot } from '../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../program/sandbox.ts';

/** How the suite opens the sandbox under test. */
export interface SandboxSubject {
  /** A fresh sandbox whose spec is the subject's own (workspace, type, limits) with these changes. */
  open(
    changes?: Partial<Pick<SandboxSpec, 'write' | 'shell' | 'commands'>>,
    options?: { readonly restore?: SandboxSnapshot; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Sandbox>;
}

/** One promise of the sandbox port, for any test runner. */
export interface SandboxCase {
  readonly title: string;
  run(subject: SandboxSubject): Promise<void>;
}

const free = { write: true, shell: true } as const;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function rejectsWith(code: string, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (thrown) => thrown instanceof Problem && thrown.code === code);
}

/**
 * The contract every sandbox with files and a POSIX shell passes.
 *
 * @example for (const { title, run } of sandboxContract) it(title, () => run({ open }))
 */
export const sandboxContract: readonly SandboxCase[] = [
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
    title: 'without write every change is sandbox_denied and nothing changes',
    async run({ open }) {
      const writer = await open(free);
      await writer.writeFile('a.txt', 'kept');
      const restore = await writer.snapshot();
      await writer.close();
      const sandbox = await open({ write: false, shell: true }, { restore });
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
        await sandbox.exec(command);
      }
      assert.deepEqual(await sandbox.snapshot(), restore);
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
    title: 'a command gives its output and exit code; failing is a result',
    async run({ open }) {
      const sandbox = await open(free);
      const done = await sandbox.exec('echo out; echo err >&2; exit 3');
      assert.deepEqual(done, { stdout: 'out\n', stderr: 'err\n', exitCode: 3, truncated: false });
      assert.notEqual((await sandbox.exec('no-such-command-anywhere')).exitCode, 0);
      await sandbox.close();
    },
  },
  {
    title: 'commands and files see the same workspace',
    async run({ open }) {
      const sandbox = await open(free);
      await sandbox.writeFile('sub/a.txt', 'from the file call');
      assert.equal((await sandbox.exec('cat sub/a.txt')).stdout, 'from the file call');
      assert.equal((await sandbox.exec('cat a.txt', { cwd: 'sub' })).stdout, 'from the file call');
      await sandbox.exec('printf made > b.txt');
      assert.equal(text(await sandbox.readFile('b.txt')), 'made');
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
    title: 'a command over its time is ended as timeout, an aborted one as aborted',
    async run({ open }) {
      const sandbox = await open(free);
      await rejectsWith('timeout', () => sandbox.exec('sleep 30', { timeoutMs: 200 }));
      const stop = new AbortController();
      setTimeout(() => {
        stop.abort();
      }, 50);
      await rejectsWith('aborted', () => sandbox.exec('sleep 30', { signal: stop.signal }));
      await rejectsWith('aborted', () => sandbox.exec('echo', { signal: AbortSignal.abort() }));
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
        assert.doesNotMatch(seen.stdout, /canary/i);
        assert.equal((await sandbox.exec('echo "$CALL"')).stdout, '\n');
        await sandbox.close();
      } finally {
        delete process.env['SANDBOX_CANARY'];
      }
    },
  },
  {
    title: 'output is cut at the limit and says so',
    async run({ open }) {
      const sandbox = await open(free);
      const limit = sandbox.spec.limits.outputBytes;
      await sandbox.writeFile('line', 'ü'.repeat(1000));
      const result = await sandbox.exec(
        `for i in $(seq 1 ${Math.ceil(limit / 2000) + 2}); do cat line; done`,
      );
      assert.equal(result.truncated, true);
      assert.ok(Buffer.byteLength(result.stdout) <= limit);
      assert.ok(Buffer.byteLength(result.stdout) > limit - 4);
      assert.match(result.stdout, /^ü+$/);
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
      await one.exec('echo x > /tmp/mine');
      assert.equal(await two.stat('mine'), undefined);
      assert.notEqual((await two.exec('cat /tmp/mine')).exitCode, 0);
      await Promise.all([one.close(), two.close()]);
    },
  },
  {
    title: 'calls may run in parallel',
    async run({ open }) {
      const sandbox = await open(free);
      const numbers = Array.from({ length: 8 }, (_, index) => index);
      const results = await Promise.all(
        numbers.map((n) => sandbox.exec(`echo ${n} > f${n}; cat f${n}`, { env: { N: String(n) } })),
      );
      assert.deepEqual(
        results.map((result) => result.stdout),
        numbers.map((n) => `${n}\n`),
      );
      await sandbox.close();
    },
  },
];
