import assert from 'node:assert/strict';
import { free, rejectsWith, text, type SandboxCase } from './case.ts';

/** What commands promise. */
export const commandCases: readonly SandboxCase[] = [
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
  {
    title: 'a command that reads its input finds none',
    async run({ open }) {
      const sandbox = await open(free);
      const seen = await sandbox.exec('cat; read -r line || echo closed', { timeoutMs: 4000 });
      assert.equal(seen.stdout, 'closed\n');
      await sandbox.close();
    },
  },
  {
    title: 'what a command leaves behind does not keep it from ending',
    needs: 'processes',
    async run({ open }) {
      const sandbox = await open(free);
      const started = Date.now();
      const seen = await sandbox.exec('sleep 20 & echo on', { timeoutMs: 10_000 });
      assert.equal(seen.stdout, 'on\n');
      assert.ok(Date.now() - started < 8_000);
      await sandbox.close();
    },
  },
  {
    title: 'grep tells letters of either case apart, unless it is told not to',
    async run({ open }) {
      const sandbox = await open(free);
      await sandbox.writeFile('words', 'Alpha\nalpha\nbeta\n-f/etc/passwd\n');
      assert.equal((await sandbox.exec('grep alpha words')).stdout, 'alpha\n');
      assert.equal((await sandbox.exec('grep -i alpha words')).stdout, 'Alpha\nalpha\n');
      assert.equal((await sandbox.exec('grep -e -f/etc/passwd words')).stdout, '-f/etc/passwd\n');
      assert.equal((await sandbox.exec('grep gamma words')).exitCode, 1);
      await sandbox.close();
    },
  },
  {
    title: 'a command runs in the folder named, which must be one of the sandbox',
    async run({ open }) {
      const sandbox = await open(free);
      await sandbox.makeFolder('sub/inner');
      assert.equal((await sandbox.exec('pwd')).stdout, `${sandbox.spec.workspace}\n`);
      const inner = `${sandbox.spec.workspace}/sub/inner`;
      assert.equal((await sandbox.exec('pwd', { cwd: 'sub/inner' })).stdout, `${inner}\n`);
      await rejectsWith('sandbox_failed', () => sandbox.exec('pwd', { cwd: 'missing' }));
      await rejectsWith('sandbox_denied', () => sandbox.exec('pwd', { cwd: '../..' }));
      await sandbox.close();
    },
  },
];
