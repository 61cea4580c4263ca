import assert from 'node:assert/strict';
import type { Json } from '../../core/json.ts';
import { failureWith, faultWith, runWith, valueOf, type CodeRunnerCase } from './case.ts';

/** Python, and the JSON that its value is. */
const values: readonly (readonly [code: string, value: Json])[] = [
  ['1 + 1', 2],
  ['2 ** 53 - 1', 9_007_199_254_740_991],
  ['2 ** 70', '1180591620717411303424'],
  ['-2 ** 70', '-1180591620717411303424'],
  ['1.5', 1.5],
  ['-0.0', 0],
  ['None', null],
  ['x = 1', null],
  ['[True, False, None]', [true, false, null]],
  ['(1, (2, "b"))', [1, [2, 'b']]],
  ['sorted({3, 1})', [1, 3]],
  ['{7}', [7]],
  ['{"a": {"b": [1]}}', { a: { b: [1] } }],
  ['{1: "i", None: "n", 1.5: "f"}', { '1': 'i', null: 'n', '1.5': 'f' }],
  ['{True: 1, False: 0}', { true: 1, false: 0 }],
  ['{(1, 2): 3}', { '[1,2]': 3 }],
  ['{"__proto__": 1}', JSON.parse('{"__proto__":1}') as Json],
  ['b"abc"', 'YWJj'],
  ['"grüß 😀"', 'grüß 😀'],
  ['import datetime\n[datetime.date(2026, 1, 2), datetime.timedelta(hours=1)]', ['2026-01-02', 3600]],
  ['import datetime\ndatetime.datetime(2026, 1, 2, 3, 4, 5)', '2026-01-02T03:04:05'],
];

/** What code is given and gives. */
export const valueCases: readonly CodeRunnerCase[] = [
  {
    title: 'the value of the last expression is plain JSON',
    async run({ runner }) {
      for (const [code, value] of values) assert.deepEqual(await valueOf(runner, code), value, code);
    },
  },
  {
    title: 'inputs are variables, whatever JSON they are',
    async run({ runner }) {
      const inputs = {
        n: 1.5,
        s: 'a"\n\\',
        l: [1, [null, true]],
        o: { k: { __monty_type__: 'Type' } },
        e: {},
      };
      assert.deepEqual(await valueOf(runner, '[n, s, l, o, e]', { inputs }), Object.values(inputs));
      assert.equal(await valueOf(runner, 'o["k"]["x"] + 1', { inputs: { o: { k: { x: 41 } } } }), 42);
    },
  },
  {
    title: 'names that Python does not take are refused',
    async run({ runner }) {
      for (const name of ['a b', 'class', '1st', ''])
        await failureWith('invalid_request', runWith(runner, '1', { inputs: { [name]: 1 } }));
    },
  },
  {
    title: 'what it prints is kept up to the limit, which is no failure',
    async run({ runner }) {
      assert.deepEqual(await runWith(runner, 'print("a", 1)\nprint("b", end="")\n2'), {
        value: 2,
        stdout: 'a 1\nb',
        truncated: false,
      });
      const many = ['for i in range(1000):', '  print("line", i)', '3'];
      const { value, stdout, truncated } = await runWith(runner, many, { limits: { outputChars: 20 } });
      assert.deepEqual([value, stdout, truncated], [3, 'line 0\nline 1\nline 2', true]);
    },
  },
  {
    title: 'a value that is not JSON, or too long, fails',
    async run({ runner }) {
      for (const code of ['float("nan")', '[float("inf")]']) {
        const { message } = await faultWith(runWith(runner, code));
        assert.match(String(message), /JSON/);
      }
      await faultWith(runWith(runner, 'a = 1\nfor i in range(500): a = [a]\na'));
      const { message } = await faultWith(runWith(runner, '"x" * 2000', { limits: { valueChars: 1000 } }));
      assert.match(String(message), /1000/);
    },
  },
  {
    title: 'a failure says what, where and what was printed before',
    async run({ runner }) {
      const code = ['print("before")', 'def half(n):', '  return 1 / n', 'half(0)'];
      const fault = await faultWith(runWith(runner, code));
      assert.equal(fault['type'], 'ZeroDivisionError');
      assert.equal(fault['line'], 3);
      assert.equal(fault['stdout'], 'before\n');
      const { message } = await failureWith('tool_failed', runWith(runner, code));
      assert.match(message, /ZeroDivisionError.*line 3/);
    },
  },
  {
    title: 'code that is no Python fails where it is none',
    async run({ runner }) {
      const fault = await faultWith(runWith(runner, 'x = 1\ny = = 2'));
      assert.deepEqual([fault['type'], fault['line']], ['SyntaxError', 2]);
    },
  },
  {
    title: 'types are checked when that is asked for, before anything runs',
    async run({ runner, checksTypes = true }) {
      if (!checksTypes) return;
      const calls: Json[] = [];
      const functions = { note: { call: async (args: readonly Json[]) => calls.push(...args) } };
      const code = ['note(n)', 'x: int = "a"', 'x'];
      const checked = { inputs: { n: 1 }, functions, typeCheck: true };
      const fault = await faultWith(runWith(runner, code, checked));
      assert.equal(fault['line'], 2);
      assert.deepEqual(calls, []);
      assert.equal(await valueOf(runner, 'note(n) + 1', checked), 2);
    },
  },
  {
    title: 'runs share no variables',
    async run({ runner }) {
      await runWith(runner, 'shared = 1');
      assert.equal((await faultWith(runWith(runner, 'shared')))['type'], 'NameError');
    },
  },
  {
    title: 'a state keeps variables and functions, and what failed leaves the state before as it was',
    async run({ runner, keepsState = true }) {
      if (!keepsState) return;
      const one = await runWith(runner, 'x = n\ndef more(by): return x + by\nprint("one")', {
        state: 'new',
        inputs: { n: 40 },
      });
      assert.equal(one.stdout, 'one\n');
      const state = one.state ?? new Uint8Array();
      await faultWith(runWith(runner, 'x = 0\n1 / 0', { state }));
      const two = await runWith(runner, 'more(by)', { state, inputs: { by: 2 } });
      assert.equal(two.value, 42);
      const functions = { f: { call: async () => null } };
      await failureWith('invalid_request', runWith(runner, '1', { state: 'new', functions }));
      await failureWith('tool_failed', runWith(runner, '1', { state: Uint8Array.of(1, 2, 3) }));
    },
  },
];
