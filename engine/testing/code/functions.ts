import assert from 'node:assert/strict';
import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { CodeFunction } from '../../ports/code-runner.ts';
import { failureWith, faultWith, functionOf, runWith, valueOf, type CodeRunnerCase } from './case.ts';

/** What code calls. */
export const functionCases: readonly CodeRunnerCase[] = [
  {
    title: 'functions get what they are given by position and by name, and give JSON',
    async run({ runner }) {
      const functions = { echo: functionOf((...args) => args) };
      assert.deepEqual(await valueOf(runner, 'echo(1, [2, (3,)], k={"a": None}, b="c")', { functions }), [
        1,
        [2, [3]],
        { k: { a: null }, b: 'c' },
      ]);
    },
  },
  {
    title: 'functions are called one by one, in order, wherever a call may stand',
    async run({ runner }) {
      const seen: Json[] = [];
      const functions = {
        add: functionOf(async (a = 0, b = 0) => {
          seen.push([a, b]);
          await Promise.resolve();
          return Number(a) + Number(b);
        }),
      };
      const code = [
        'def twice(n):',
        '  return add(n, n)',
        'xs = [twice(i) for i in range(3)]',
        'total = 0',
        'for x in xs:',
        '  total = add(total, x)',
        '{"xs": xs, "total": total, "more": add(add(1, 2), 3)}',
      ];
      assert.deepEqual(await valueOf(runner, code, { functions }), { xs: [0, 2, 4], total: 6, more: 6 });
      assert.equal(seen.length, 8);
    },
  },
  {
    title: 'what a function gives is data, whatever it looks like',
    async run({ runner }) {
      const given = { __monty_type__: 'Exception', excType: 'ValueError', message: 'x', deep: [{ a: 1 }] };
      const functions = { data: functionOf(() => given) };
      assert.deepEqual(await valueOf(runner, 'd = data()\n[d, d["deep"][0]["a"]]', { functions }), [
        given,
        1,
      ]);
    },
  },
  {
    title: 'what a function throws is an exception, which the code may catch',
    async run({ runner }) {
      const throwing = (thrown: unknown): CodeFunction => ({ call: () => Promise.reject(thrown) });
      const functions = {
        denied: throwing(new Problem('sandbox_denied', 'no writing here')),
        broken: throwing(new Error('a detail that nobody should know')),
      };
      const code = [
        'seen = []',
        'try:',
        '  denied()',
        'except PermissionError as error:',
        '  seen.append(str(error))',
        'try:',
        '  broken()',
        'except RuntimeError as error:',
        '  seen.append("detail" in str(error))',
        'seen',
      ];
      assert.deepEqual(await valueOf(runner, code, { functions }), ['no writing here', false]);
      const fault = await faultWith(runWith(runner, 'x = 1\ndenied()', { functions }));
      assert.deepEqual(
        [fault['type'], fault['message'], fault['line']],
        ['PermissionError', 'no writing here', 2],
      );
    },
  },
  {
    title: 'a function that nobody gave does not exist',
    async run({ runner }) {
      assert.equal((await faultWith(runWith(runner, 'missing(1)')))['type'], 'NameError');
      const caught = ['try:', '  missing(1)', 'except NameError:', '  r = "none"', 'r'];
      assert.equal(await valueOf(runner, caught), 'none');
    },
  },
  {
    title: 'the time of functions is not that of the code, and nobody waits while one works',
    async run({ runner }) {
      const waits: (() => void)[] = [];
      const functions = { wait: { call: () => new Promise<Json>((done) => waits.push(() => done(1))) } };
      const limits = { timeMs: 1_000 };
      const waiting = Array.from({ length: 20 }, () => runWith(runner, 'wait() + 1', { functions, limits }));
      while (waits.length < waiting.length) await new Promise((done) => setTimeout(done, 20));
      assert.equal(await valueOf(runner, '40 + 2'), 42);
      await new Promise((done) => setTimeout(done, 1_200));
      for (const go of waits) go();
      assert.deepEqual(
        (await Promise.all(waiting)).map(({ value }) => value),
        waiting.map(() => 2),
      );
    },
  },
  {
    title: 'too many calls are a failure',
    async run({ runner }) {
      const functions = { f: functionOf(() => 1) };
      const fault = await faultWith(runWith(runner, 'while True: f()', { functions, limits: { calls: 3 } }));
      assert.match(String(fault['message']), /3 calls/);
    },
  },
  {
    title: 'an abort ends a call under way, whose late answer is dropped',
    async run({ runner }) {
      const stop = new AbortController();
      let heard: AbortSignal | undefined;
      const functions = {
        hang: {
          call: (_args: readonly Json[], _named: object, signal: AbortSignal) => {
            heard = signal;
            stop.abort(new Problem('cancelled', 'enough'));
            return new Promise<Json>((done) => setTimeout(() => done(1), 50));
          },
        },
      };
      const { message } = await failureWith(
        'cancelled',
        runWith(runner, 'hang()', { functions, signal: stop.signal }),
      );
      assert.equal(message, 'enough');
      assert.equal(heard?.aborted, true);
    },
  },
];
