import assert from 'node:assert/strict';
import { Problem } from '../../core/problem.ts';
import { failureWith, faultWith, functionOf, runWith, valueOf, type CodeRunnerCase } from './case.ts';

/** Ways to the machine that code must not have; each fails. */
const ways: readonly string[] = [
  'open("/etc/passwd").read()',
  'open("/tmp/code-contract", "w").write("x")',
  'from pathlib import Path\nPath("/etc/passwd").read_text()',
  'from pathlib import Path\nlist(Path("/").iterdir())',
  'import os\nos.environ["PATH"]',
  'import os\nos.getenv("PATH")',
  'import os\nos.system("id")',
  'import os\nos.listdir("/")',
  'import socket',
  'import subprocess',
  'import urllib.request',
  'import ctypes',
  'import importlib',
  'import js',
  '__import__("os").system("id")',
  'eval("1 + 1")',
  'exec("x = 1")',
  'compile("1", "x", "eval")',
  '().__class__.__bases__[0].__subclasses__()',
  '(lambda: 0).__globals__',
  'print.__self__',
  'globals()["__builtins__"]',
  'import sys\nsys.modules',
  'import sys\nsys._getframe()',
];

/** Code that would take all of something. */
const greedy: readonly string[] = [
  'a = []\nwhile True: a.append("x" * 1000)',
  '"a" * 10 ** 10',
  '[0] * 10 ** 10',
  'list(range(10 ** 10))',
  '9 ** 9 ** 9',
  '1 << 10 ** 10',
  'f"{1:>9999999999}"',
  'x = "a"\nwhile True: x = x.replace("a", "aa")',
  '",".join(["x" * 1000] * 10 ** 6)',
];

/** What code cannot do. */
export const limitCases: readonly CodeRunnerCase[] = [
  {
    title: 'code has no way to files, the environment, other programs, the network or the host',
    async run({ runner }) {
      for (const code of ways) await faultWith(runWith(runner, code)).catch(because(code));
    },
  },
  {
    title: 'an endless loop ends after its time, also one that catches everything',
    async run({ runner }) {
      const limits = { timeMs: 300 };
      const loops = [
        'while True: pass',
        'while True:\n  try:\n    while True: pass\n  except BaseException: pass',
        'sum(range(10 ** 12))',
        'while True: print("x" * 1000)',
      ];
      for (const code of loops)
        await failureWith('timeout', runWith(runner, code, { limits })).catch(because(code));
    },
  },
  {
    title: 'code that takes too much memory fails',
    async run({ runner }) {
      const limits = { memoryBytes: 16 * 1024 * 1024 };
      for (const code of greedy) {
        const fault = await faultWith(runWith(runner, code, { limits })).catch(because(code));
        assert.ok(['MemoryError', 'OverflowError', 'ValueError'].includes(String(fault['type'])), code);
      }
    },
  },
  {
    title: 'what a function is given is JSON, and not too long',
    async run({ runner }) {
      const functions = { take: functionOf(() => 1) };
      for (const code of ['take(float("nan"))', 'take("x" * 2000)', 'take(a="x" * 2000)'])
        await faultWith(runWith(runner, code, { functions, limits: { valueChars: 1000 } }));
      assert.equal(await valueOf(runner, 'take("x" * 900)', { functions, limits: { valueChars: 1000 } }), 1);
    },
  },
  {
    title: 'calls too deep in each other, values too deep and code too deep fail, and nothing else does',
    async run({ runner }) {
      const fault = await faultWith(runWith(runner, 'def f(n): return f(n + 1)\nf(0)'));
      assert.equal(fault['type'], 'RecursionError');
      const nest = 'a = []\nfor i in range(100000): a = [a]\n';
      for (const code of [
        `import json\n${nest}len(json.dumps(a))`,
        `${nest}a == [a]`,
        `${nest}a`,
        `${'('.repeat(10_000)}${')'.repeat(10_000)}`,
        `${'-'.repeat(100_000)}1`,
      ]) {
        const ran = runWith(runner, code);
        await ran.then(
          () => undefined,
          () => failureWith('tool_failed', ran),
        );
        assert.equal(await valueOf(runner, '1'), 1, code.slice(0, 40));
      }
    },
  },
  {
    title: 'an abort ends code that runs, at once, with the reason of the abort',
    async run({ runner }) {
      const stop = new AbortController();
      const running = runWith(runner, 'while True: pass', {
        signal: stop.signal,
        limits: { timeMs: 60_000 },
      });
      const began = performance.now();
      setTimeout(() => stop.abort(new Problem('cancelled', 'enough')), 50);
      const { message } = await failureWith('cancelled', running);
      assert.equal(message, 'enough');
      assert.ok(performance.now() - began < 5_000);
      await failureWith('cancelled', runWith(runner, '1', { signal: stop.signal }));
    },
  },
  {
    title: 'the thread of the caller goes on while code computes',
    async run({ runner }) {
      await runWith(runner, '1');
      let ticks = 0;
      const ticking = setInterval(() => (ticks += 1), 10);
      await failureWith('timeout', runWith(runner, 'while True: pass', { limits: { timeMs: 500 } }));
      clearInterval(ticking);
      assert.ok(ticks >= 10, `${ticks} ticks`);
    },
  },
  {
    title: 'fifty at once come to their ends, each with its own value',
    async run({ runner }) {
      const all = await Promise.all(
        Array.from({ length: 50 }, async (_one, n) =>
          n % 10 === 9
            ? failureWith('tool_failed', runWith(runner, '1 / 0')).then(() => -1)
            : valueOf(runner, 'sum(range(n)) if n > 0 else 0', { inputs: { n } }),
        ),
      );
      assert.deepEqual(
        all,
        all.map((_value, n) => (n % 10 === 9 ? -1 : (n * Math.max(0, n - 1)) / 2)),
      );
    },
  },
];

function because(code: string): (thrown: unknown) => never {
  return (thrown) => {
    throw new Error(`${code}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  };
}
