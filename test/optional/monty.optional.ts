import { expect } from 'chai';
import type { Json } from '../../engine/core/json.ts';
import { defaultCodeLimits, type CodeContext, type CodeRunner } from '../../engine/ports/code-runner.ts';
import { failureOf } from '../engine/kit.ts';
import { monty } from '../../engine/adapters/code/monty/monty.ts';
import { codeRunnerContract } from '../../engine/testing/index.ts';

const root = process.env['ENGINE_OPTIONAL'] ?? '';

describe('the code runner "monty"', function () {
  this.timeout(60_000);
  const runner = monty(root);
  before(() => runner.run('1', contextOf()));
  after(() => runner.close?.());

  for (const { title, run } of codeRunnerContract) it(title, () => run({ runner }));

  const runWith = (code: string, changes: Partial<CodeContext> = {}): ReturnType<CodeRunner['run']> =>
    runner.run(code, { ...contextOf(), ...changes });
  const echo = { call: async (args: readonly Json[]) => args[0] ?? null };

  it('has what the page says of its Python, and no more', async () => {
    for (const code of [
      'import json, re, math, datetime, typing, asyncio\n1',
      'f"{1.5:.2f}" + "{}".join(["a", "b"])',
      'a, *b = [1, 2, 3]\n[*b, {**{"x": 1}}]',
      'async def f(): return 1\nawait f()',
      'def outer():\n  n = 1\n  return lambda m=2, *more, **named: n + m\nouter()()',
    ])
      await runWith(code);
    for (const code of [
      ...['class A: pass', 'import collections', 'import itertools', 'import random', 'import time'],
      ...[
        'from dataclasses import dataclass',
        'eval("1")',
        '"{}".format(1)',
        'import datetime\ndatetime.datetime.now()',
      ],
      ...['list(map(echo, [1]))', 'sorted([1], key=echo)', 'await echo(1)'],
    ])
      expect((await failureOf(runWith(code, { functions: { echo } }))).type, code).to.equal('tool_failed');
    for (const name of ['len', 'print', 'open'])
      expect((await failureOf(runWith('1', { functions: { [name]: echo } }))).message).to.match(
        /a name of Python's own/,
      );
    expect((await failureOf(runWith('1', { inputs: { len: 1 }, state: 'new' }))).message).to.match(/own/);
  });

  it('keeps 8 MB of variables at a call', async () => {
    const code = 'x = "a" * n\necho(1)\nlen(x)';
    const of = (n: number): ReturnType<CodeRunner['run']> =>
      runWith(code, { inputs: { n }, functions: { echo } });
    expect((await of(8_000_000)).value).to.equal(8_000_000);
    expect(await failureOf(of(9_000_000))).to.deep.equal({
      type: 'tool_failed',
      message:
        'MemoryError: the variables take 9 MB at the call of echo(); at most 8 MB are allowed at a call',
    });
  });

  it('does the same again: sets and dicts keep an order of their own', async () => {
    const code = 'list({"b", "a", "zz", "q"} | {str(i) for i in range(50)}) + list({"y": 1, "x": 2})';
    const [one, ...others] = await Promise.all([1, 2, 3, 4].map(() => runWith(code)));
    for (const other of others) expect(other).to.deep.equal(one);
    const fresh = monty(root);
    expect(await fresh.run(code, contextOf())).to.deep.equal(one);
    await fresh.close?.();
  });

  it('keeps what a state prints, and survives what breaks it', async () => {
    const limits = { ...defaultCodeLimits, outputChars: 1_000, timeMs: 2_000 };
    const many = await runWith('for i in range(20000): print("line", i)\n1', { state: 'new', limits });
    expect([many.value, many.stdout.length, many.truncated]).to.deep.equal([1, 1_000, true]);
    expect((await runWith('print("end", end="")', { state: 'new' })).stdout).to.equal('end');
    expect((await failureOf(runWith('while True: print("x")', { state: 'new', limits }))).type).to.equal(
      'timeout',
    );
  });

  function contextOf(): CodeContext {
    return {
      ...{ inputs: {}, functions: {}, limits: defaultCodeLimits, typeCheck: false },
      signal: new AbortController().signal,
    };
  }
});
