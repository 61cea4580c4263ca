import { expect } from 'chai';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import { unavailableParts, compile } from '../../engine/compile.ts';
import { createEngine } from '../../engine/engine.ts';
import { z } from 'zod';
import { fakeCodeRunner, type FakeCodeRunner } from '../fakes/code-runner.ts';
import { programOf, projectOf, temporaryFolder, type Files } from '../fakes/project.ts';
import { all, closeEngines, engineOf, failureOf, gate, linesOf, type Answer } from './kit.ts';

const tool = (body: string): string => `export default {
  description: 'Adds.\\nMore about it.',
  inputSchema: { type: 'object', properties: { b: { type: 'number', default: 1 }, a: { type: 'number' } }, required: ['a'] },
  run: ({ a, b }, context) => ${body},
};`;

const project: Files = {
  'engine.yaml': 'defaults: { sandbox: box }\nsecrets: { TOKEN: {} }\n',
  'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
  'src/agents/a.md':
    '---\ndescription: A.\nmodel: openai/gpt-5\ncode: { runner: monty, tools: [add-up], limits: { time: 2s } }\ntools: [add-up, other]\npermissions: { deny: [other] }\n---\n\nYou are A.\n',
  'src/agents/plain.md':
    '---\ndescription: P.\nmodel: openai/gpt-5\ncode: monty\nsandbox: none\n---\n\nYou are P.\n',
  'src/tools/add-up.ts': tool('({ sum: a + b })'),
  'src/tools/other.ts': tool('0'),
};

async function codeOf(
  files: Files = project,
  answers: readonly Answer[] = [],
): Promise<{
  engine: Engine;
  runner: FakeCodeRunner;
  models: Awaited<ReturnType<typeof engineOf>>['models'];
}> {
  const runner = fakeCodeRunner();
  const opened = await engineOf(files, answers, {
    codeRunners: { monty: runner },
    env: { TOKEN: 'hush-hush' },
  });
  return { ...opened, runner };
}

describe('code: beside a session', () => {
  afterEach(closeEngines);

  it('gets inputs, functions, limits and the files of the workspace, under its policy', async () => {
    const { engine, runner } = await codeOf();
    const session = engine.agents.session('a', 'x');
    await session.writeFile('in/n.txt', '40');
    const code = `
      const n = Number(await read_file('in/n.txt'));
      await write_file('out.txt', String(n + b));
      print(await file_exists('none.txt'));
      return { sum: await plus(n, { by: b }), list: (await list_files('in')).map(({ path }) => path) };`;
    const done = await session.runCode(code, {
      inputs: { b: 2 },
      functions: { plus: (n, named) => Number(n) + Number((named as { by: number }).by) },
      limits: { memoryMb: 8, depth: 10 },
      timeoutMs: 700,
    });
    expect(done).to.deep.equal({
      value: { sum: 42, list: ['/workspace/in/n.txt'] },
      stdout: 'false\n',
      truncated: false,
    });
    expect(await session.readFile('out.txt')).to.equal('42');
    expect(runner.runs[0]?.context.limits).to.include({
      timeMs: 700,
      memoryBytes: 8 * 1024 * 1024,
      depth: 10,
    });
    expect(await session.history()).to.deep.equal([]);
  });

  it('has no functions for files where there are none, and none that writes where nothing may be written', async () => {
    const files = { ...project, 'src/sandboxes/box.yaml': 'type: virtual\n' };
    const { engine, runner } = await codeOf(files);
    await engine.agents.session('a', 'x').runCode('');
    await engine.agents.session('plain', 'x').runCode('');
    expect(runner.runs.map(({ context }) => Object.keys(context.functions))).to.deep.equal([
      ['read_file', 'list_files', 'file_exists'],
      [],
    ]);
  });

  it('has its value checked by the schema of the call, and given as that says', async () => {
    const { engine } = await codeOf();
    const session = engine.agents.session('a', 'x');
    const result = z.object({ n: z.string().transform(Number) });
    const { value } = await session.runPython('return { n: "42" }', { result });
    expect(value.n + 1).to.equal(43);
    expect(await failureOf(session.runCode('return 1', { result: { type: 'string' } }))).to.deep.equal({
      type: 'result_invalid',
      message: 'the value of the code does not fit: must be string, got number 1',
    });
  });

  it('hears of what functions throw, and of arguments that they do not take', async () => {
    const { engine } = await codeOf();
    const session = engine.agents.session('a', 'x');
    const functions = {
      fail: () => {
        throw new Error('no luck');
      },
      odd: () => 1n,
    };
    const message = async (code: string): Promise<unknown> =>
      (await session.runCode(`try { ${code} } catch (e) { return e.code + ': ' + e.message }`, { functions }))
        .value;
    expect(await message('await fail()')).to.equal('tool_failed: no luck');
    expect(await message('await odd()')).to.match(/^tool_failed: what "odd" gave is not JSON/);
    expect(await message('await read_file()')).to.equal('tool_input_invalid: "path" is missing');
    expect(await message('await read_file("a", "b")')).to.match(
      /read_file\(\) takes 1 arguments by position/,
    );
    expect(await message('await read_file("a", { path: "b" })')).to.match(/given "path" twice/);
    expect(await message('await read_file("../../etc/passwd")')).to.match(/^sandbox_(denied|failed)/);
  });

  it('is run by the runner that the call names', async () => {
    const own = fakeCodeRunner();
    const { engine } = await engineOf(project, [], { codeRunners: { monty: fakeCodeRunner(), own } });
    const session = engine.agents.session('a', 'x');
    await session.runCode('return 1', { runner: 'own' });
    expect(own.runs).to.have.length(1);
    expect(await failureOf(session.runCode('', { runner: 'on' }))).to.deep.equal({
      type: 'not_available',
      message: 'no code runner "on"; did you mean "own"?',
    });
    await engine.close();
    expect(own.isClosed).to.equal(true);
  });
});

describe('code: by a model', () => {
  afterEach(closeEngines);

  it('is a tool whose description says what the code may call', async () => {
    const { engine, models } = await codeOf(project, ['Hi.', 'Hi.']);
    await engine.agents.session('a', 'x').prompt('?');
    await engine.agents.session('plain', 'x').prompt('?');
    const told = models.requests.map(
      ({ tools = [] }) => tools.find(({ name }) => name === 'run_code')?.description ?? '',
    );
    expect(told[0]).to.match(
      /It is JavaScript\. Functions that it may call, without await: read_file\(path\), list_files\(path\), file_exists\(path\), write_file\(path, text\), add_up\(a, b\) \(Adds\.\)\.$/,
    );
    expect(told[1]).to.match(/It is JavaScript\.$/);
  });

  it('gives its value and what it printed, and fails with what it had printed', async () => {
    const { engine, runner } = await codeOf(project, [
      { calls: [{ tool: 'run_code', input: { code: 'print("a"); return [1]' } }] },
      { calls: [{ tool: 'run_code', input: { code: 'print("b"); throw new Error("bad")' } }] },
      { calls: [{ tool: 'run_code', input: { code: 'print("hush-hush"); return "hush-hush"' } }] },
      'Done.',
    ]);
    const session = engine.agents.session('a', 'x');
    await session.prompt('go');
    expect(linesOf(await session.history()).filter((line) => line.startsWith('tool'))).to.deep.equal([
      'tool: = {"value":[1],"stdout":"a\\n"}',
      'tool: ! "Error: bad\\nIt had printed:\\nb\\n"',
      'tool: = {"value":"[secret]","stdout":"[secret]\\n"}',
    ]);
    expect(runner.runs[0]?.context.limits.timeMs).to.equal(2_000);
  });

  it('calls the tools it is granted as the model would: checked, permitted, told', async () => {
    const code = `
      const seen = [await add_up(1), await add_up(2, { b: 3 })];
      for (const call of [() => add_up('x'), () => add_up(1, 2, 3)]) try { await call() } catch (e) { seen.push(e.message) }
      return { seen, other: typeof other };`;
    const { engine } = await codeOf(project, [{ calls: [{ tool: 'run_code', input: { code } }] }, 'Done.']);
    const events = await all(engine.agents.session('a', 'x').stream('go'));
    const ends = events.flatMap((event) => (event.type === 'tool_end' ? [event] : []));
    expect(ends.map(({ toolCallId, data }) => [toolCallId, data.tool, data.isError])).to.deep.equal([
      ['call_1_1/1', 'add-up', false],
      ['call_1_1/2', 'add-up', false],
      ['call_1_1/3', 'add-up', true],
      ['call_1_1', 'run_code', false],
    ]);
    expect(ends.at(-1)?.data.output).to.deep.equal({
      value: {
        seen: [
          { sum: 2 },
          { sum: 5 },
          'invalid input: /a must be number, got string "x"',
          'add_up() takes 2 arguments by position, but 3 were given; it is called as add_up(a, b)',
        ],
        other: 'undefined',
      },
    });
  });

  it('waits for people where a rule asks them about a call', async () => {
    const agent = String(project['src/agents/a.md']).replace('deny: [other]', 'ask: [add-up]');
    const { engine } = await codeOf({ ...project, 'src/agents/a.md': agent }, [
      { calls: [{ tool: 'run_code', input: { code: 'return [await add_up(1), await add_up(5)]' } }] },
      'Done.',
    ]);
    const session = engine.agents.session('a', 'x');
    const done = session.prompt('go');
    for (const step of ['call_1_1/1', 'call_1_1/2']) {
      let [asked] = await engine.approvals.list();
      while (asked?.step !== step) {
        await new Promise((next) => setImmediate(next));
        [asked] = await engine.approvals.list();
      }
      while ((await engine.submissions.get(asked.submissionId ?? '')).state !== 'waiting')
        await new Promise((next) => setImmediate(next));
      await engine.approvals.resolve(asked.submissionId ?? '', step, { decision: 'approved' });
    }
    await done;
    expect(linesOf(await session.history())[2]).to.equal('tool: = {"value":[{"sum":2},{"sum":6}]}');
  });

  it('gets all of what a tool gives, of which a model is shown a part', async () => {
    const files = { ...project, 'src/tools/add-up.ts': tool("'x'.repeat(100_000)") };
    const code = 'const text = await add_up(1); return text.length';
    const { engine } = await codeOf(files, [{ calls: [{ tool: 'run_code', input: { code } }] }, 'Done.']);
    const session = engine.agents.session('a', 'x');
    const events = await all(session.stream('go'));
    expect(linesOf(await session.history())[2]).to.equal('tool: = {"value":100000}');
    const [inner] = events.flatMap((event) => (event.type === 'tool_end' ? [event.data.output] : []));
    expect(String(inner)).to.match(/cut|shown|left out/);
  });

  it('keeps its name from tools that a call brings', async () => {
    const { engine } = await codeOf();
    const own = { name: 'run_code', description: 'Mine.', inputSchema: {}, run: () => 1 };
    expect(await failureOf(engine.agents.session('a', 'x').prompt('go', { tools: [own] }))).to.include({
      type: 'invalid_request',
    });
  });

  it('ends when the prompt is aborted', async () => {
    const started = gate();
    const runner = fakeCodeRunner();
    const hanging = {
      ...runner,
      run: (_code: string, { signal }: { signal: AbortSignal }) => {
        started.open();
        return new Promise<never>((_done, fail) =>
          signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true }),
        );
      },
    };
    const { engine } = await engineOf(project, [{ calls: [{ tool: 'run_code', input: { code: '' } }] }], {
      codeRunners: { monty: hanging },
    });
    const session = engine.agents.session('a', 'x');
    const failure = failureOf(session.prompt('go'));
    await started.opened;
    await session.abort('enough');
    expect((await failure).type).to.equal('aborted');
  });
});

describe('code: a step', () => {
  afterEach(closeEngines);

  const workflow = (steps: string): Files => ({
    ...project,
    'src/workflows/w.yaml': `sandbox: box\n${steps}`,
  });

  it('has inputs, files and tools, and its output is checked', async () => {
    const { engine, runner } = await codeOf(
      workflow(`inputSchema: { type: object, required: [n], properties: { n: { type: number } } }
steps:
  - id: sum
    code: |
      await write_file('n.txt', String(n));
      print('written');
      return { sum: (await add_up(Number(await read_file('n.txt')), { b: 2 })).sum };
    with: { n: '\${{ input.n }}' }
    tools: [add-up]
    limits: { time: 3s, memoryMb: 16 }
    outputSchema: { type: object, required: [sum], properties: { sum: { type: number } } }
output: '\${{ steps.sum.output.sum }}'
`),
    );
    const { runId, output } = await engine.workflows.run('w', { n: 40 });
    expect(output).to.equal(42);
    expect(runner.runs[0]?.context.limits).to.include({ timeMs: 3_000, memoryBytes: 16 * 1024 * 1024 });
    const events = await engine.runs.events(runId);
    expect(events.filter(({ type }) => type === 'log').map(({ data }) => data)).to.deep.equal([
      { level: 'info', message: 'the code printed', fields: { stdout: 'written\n', truncated: false } },
    ]);
  });

  it('fails with the exception of the code, which may be tried again and caught', async () => {
    const { engine, runner } = await codeOf(
      workflow(`steps:
  - id: bad
    code: throw new Error('hush-hush is bad')
    retry: { maxAttempts: 2, delay: 1ms, on: [tool_failed] }
    catch: [{ on: [tool_failed], steps: [{ id: seen, set: { why: '\${{ error.message }}' } }] }]
output: '\${{ steps.bad.output }}'
`),
    );
    expect((await engine.workflows.run('w', {})).output).to.deep.equal({ why: 'Error: [secret] is bad' });
    expect(runner.runs).to.have.length(2);
  });

  it('ends after its timeout', async () => {
    const files = workflow(
      'steps:\n  - { id: slow, timeout: 50ms, code: await new Promise(() => undefined) }\n',
    );
    const { engine } = await codeOf(files);
    expect((await failureOf(engine.workflows.run('w', {}))).type).to.equal('timeout');
  });

  it('waits for people about each call that a rule asks about', async () => {
    const files = {
      ...workflow(
        "steps:\n  - id: s\n    tools: [add-up]\n    code: return [await add_up(1), await add_up(5)]\noutput: '${{ steps.s.output }}'\n",
      ),
      'src/tools/add-up.yaml':
        'description: A.\ninputSchema: { type: object, properties: { a: { type: number } }, required: [a] }\ntype: node\nmodule: ../code/add.ts\npermissions: { ask: [add-up] }\n',
      'src/code/add.ts': tool('({ sum: a + 1 })'),
    };
    delete (files as Record<string, unknown>)['src/tools/add-up.ts'];
    const { engine } = await codeOf(files);
    const { runId } = await engine.workflows.start('w', {});
    for (const number of [1, 2]) {
      const step = `s/add-up[${number}]`;
      let [asked] = await engine.approvals.list();
      while (asked === undefined || !asked.step.startsWith(step)) {
        await new Promise((next) => setImmediate(next));
        [asked] = await engine.approvals.list();
      }
      while ((await engine.runs.get(runId)).state !== 'waiting')
        await new Promise((next) => setImmediate(next));
      await engine.approvals.resolve(runId, asked.step, { decision: 'approved' });
    }
    expect((await engine.runs.wait(runId)).output).to.deep.equal([{ sum: 2 }, { sum: 6 }]);
  });

  it('calls no function twice when the engine stops between two calls', async () => {
    const files = {
      ...workflow(`steps:
  - id: both
    tools: [count]
    code: |
      const one = await count('one');
      try { await count('bad') } catch (e) { print(e.message) }
      if (globalThis.stopHere !== undefined) await globalThis.stopHere();
      return [one, await count('two')];
output: '\${{ steps.both.output }}'
`),
      'src/tools/count.ts': `export default {
  description: 'Counts.',
  inputSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  run({ name }) {
    globalThis.counted.push(name);
    if (name === 'bad') throw new Error('bad name');
    return globalThis.counted.length;
  },
};`,
    };
    const world = globalThis as { counted?: string[]; stopHere?: (() => Promise<unknown>) | undefined };
    const stopped = gate();
    world.counted = [];
    world.stopHere = () => {
      stopped.open();
      return new Promise(() => undefined);
    };
    const path = join(temporaryFolder(), 'engine.sqlite');
    const folder = projectOf(files);
    const start = async (): Promise<Engine> =>
      createEngine({
        project: folder,
        store: await openSqliteStore({ path }),
        codeRunners: { monty: fakeCodeRunner() },
        env: {},
      });
    const before = await start();
    const { runId } = await before.workflows.start('w', {});
    await stopped.opened;
    await before.close();
    delete world.stopHere;
    const after = await start();
    const { output, error } = await after.runs.wait(runId);
    await after.close();
    expect({ output, error, counted: world.counted }).to.deep.equal({
      output: [1, 3],
      error: undefined,
      counted: ['one', 'bad', 'two'],
    });
  });

  it('stops when it calls something else than before a restart', async () => {
    const calls = ['one', 'two'];
    const called = gate();
    let runs = 0;
    const runner = {
      ...fakeCodeRunner(),
      async run(_code: string, { functions, signal }: Parameters<FakeCodeRunner['run']>[1]) {
        runs += 1;
        await functions['file_exists']?.call([calls[runs - 1] ?? ''], {}, signal);
        if (runs === 1) {
          called.open();
          await new Promise((_done, fail) =>
            signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true }),
          );
        }
        return { value: null, stdout: '', truncated: false };
      },
    };
    const path = join(temporaryFolder(), 'engine.sqlite');
    const program = await programOf(
      workflow('steps:\n  - { id: odd, code: "" , retry: { maxAttempts: 1 } }\n'.replace('""', 'x')),
    );
    const start = async (): Promise<Engine> =>
      createEngine({
        program,
        store: await openSqliteStore({ path }),
        codeRunners: { monty: runner },
        env: {},
      });
    const before = await start();
    const { runId } = await before.workflows.start('w', {});
    await called.opened;
    await before.close();
    const after = await start();
    const { error } = await after.runs.wait(runId);
    await after.close();
    expect(error?.message).to.match(/its call 1 is another one than before/);
  });
});

describe('code: without a runner', () => {
  afterEach(closeEngines);

  const needs =
    'Python cannot be run: @pydantic/monty is not installed; run: npm install --save-exact @pydantic/monty@0.0.18';

  it('a project that uses it is valid, and an engine does not start', async () => {
    const step = {
      'src/workflows/w.yaml':
        'steps:\n  - id: often\n    loop: { until: "true", maxIterations: 2 }\n    steps: [{ id: a, code: 1 + 1 }]\n',
    };
    for (const [who, files] of [
      ['agent "a"', project],
      ['workflow "w"', step],
    ] as const) {
      const { program, diagnostics } = await compile(projectOf(files));
      expect([diagnostics, program === undefined ? [] : unavailableParts(program)]).to.deep.equal([[], []]);
      expect(await failureOf(engineOf(files))).to.deep.equal({
        type: 'not_available',
        message: `${who} runs code: ${needs}`,
      });
      await engineOf(files, [], { readOnly: true });
    }
  });

  it('a session of a project that does not says what to install', async () => {
    const { engine } = await engineOf({
      'src/agents/b.md': '---\ndescription: B.\nmodel: openai/gpt-5\n---\n\nB.\n',
    });
    expect(await failureOf(engine.agents.session('b', 'x').runPython('1'))).to.deep.equal({
      type: 'not_available',
      message: needs,
    });
  });
});
