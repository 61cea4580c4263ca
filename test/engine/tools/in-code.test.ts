import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { expect } from 'chai';
import * as v from 'valibot';
import { z } from 'zod';
import { defineTool } from '../../../engine/code/define-tool.ts';
import type { ToolDefinition } from '../../../engine/ports/tool-source.ts';
import { closeEngines, engineOf, failureOf, gate, linesOf, type Answer, type Call } from '../kit.ts';

const project = {
  'engine.yaml': 'model: openai/gpt-5\n',
  'src/agents/a.yaml': 'description: An agent.\n',
};

describe('engine: tools in code', function () {
  this.timeout(120_000);
  afterEach(closeEngines);

  /** What a model is told that makes these calls of one tool. */
  async function answers(tool: ToolDefinition, inputs: readonly Call['input'][]) {
    const { engine, models } = await engineOf(project, ({ messages }): Answer => {
      const made = messages.filter(({ role }) => role === 'tool').length;
      const input = inputs[made];
      return input === undefined ? 'done' : { calls: [{ tool: tool.name ?? '', input }] };
    });
    const session = engine.agents.session('a', 'x');
    const { submissionId } = await session.prompt('Go', { tools: [tool] });
    const lines = linesOf((await session.history()).filter(({ role }) => role === 'tool'));
    return {
      spec: models.requests[0]?.tools[0],
      lines: lines.map((line) => line.replace('tool: ', '')),
      events: await engine.submissions.events(submissionId),
      engine,
    };
  }

  it('may describe input and result with zod, whose own checks and changes hold', async () => {
    const tool = defineTool({
      name: 'span',
      description: 'Length of a span.',
      inputSchema: z
        .object({ from: z.number(), to: z.number().default(10) })
        .refine(({ from, to }) => from < to, { message: 'must be before "to"', path: ['from'] }),
      outputSchema: z.object({ length: z.number().max(8) }),
      run: ({ from, to }) => ({ length: to - from }),
    });
    const { spec, lines } = await answers(tool as ToolDefinition, [
      { from: 3 },
      { from: 11 },
      { from: 'x' },
      { from: 1 },
    ]);
    expect(spec?.inputSchema).to.deep.include({
      type: 'object',
      required: ['from'],
      additionalProperties: false,
    });
    expect(lines[0]).to.equal('= {"length":7}');
    expect(lines[1]).to.equal('! "input of tool \\"span\\": /from must be before \\"to\\""');
    expect(lines[2]).to.match(/^! "invalid input: /);
    expect(lines[3]).to.match(/^! "output of tool \\"span\\": \/length /);
  });

  it('may describe them with valibot too; a schema without a JSON Schema is refused before the prompt', async () => {
    const shape = v.object({ word: v.pipe(v.string(), v.minLength(2)) });
    const base = { name: 'up', description: 'Upper case.' };
    const tool = defineTool({
      ...base,
      inputSchema: toStandardJsonSchema(shape),
      run: ({ word }) => word.toUpperCase(),
    });
    const { lines } = await answers(tool as ToolDefinition, [{ word: 'ab' }, { word: 'a' }]);
    expect(lines[0]).to.equal('= "AB"');
    expect(lines[1]).to.match(/^! /);
    const { engine } = await engineOf(project);
    const bare = defineTool({ ...base, inputSchema: shape, run: () => 1 }) as ToolDefinition;
    expect(await failureOf(engine.agents.session('a', 'x').prompt('Go', { tools: [bare] }))).to.deep.equal({
      type: 'tool_invalid',
      message:
        'the "inputSchema" of tool "up" gives no JSON Schema; wrap it in "toStandardJsonSchema" of @valibot/to-json-schema',
    });
  });

  it('a result that is not what the schema says, or no JSON, is a failure in words', async () => {
    const tool: ToolDefinition = {
      name: 'odd',
      description: 'Odd.',
      inputSchema: { type: 'object' },
      outputSchema: { type: 'object', required: ['n'] },
      run: (input: { readonly big?: boolean }) => (input.big === true ? { n: 1n } : { m: 1 }),
    };
    const { lines } = await answers(tool, [{}, { big: true }]);
    expect(lines[0]).to.match(/^! "output of tool \\"odd\\": .*n/);
    expect(lines[1]).to.match(/^! "tool \\"odd\\" gave a value that is not JSON/);
  });

  it('a part of the work is done once for a call, in all its attempts, and has a name of its own', async () => {
    const done: string[] = [];
    const tool: ToolDefinition = {
      name: 'parts',
      description: 'Parts.',
      inputSchema: { type: 'object' },
      async run(input: { readonly twice?: boolean }, { step }) {
        const first = await step('first', () => {
          done.push('first');
          return { n: 1 };
        });
        if (input.twice === true) await step('first', () => 2);
        return first.n;
      },
    };
    const { lines } = await answers(tool, [{}, {}, { twice: true }]);
    expect(lines).to.deep.equal([
      '= 1',
      '= 1',
      '! "tool \\"parts\\": two steps are called \\"first\\"; give each its own name"',
    ]);
    expect(done).to.deep.equal(['first', 'first', 'first']);
  });

  it('a result of many megabytes is cut, and kept whole in a file that the model can read', async () => {
    const files = {
      ...project,
      'src/agents/a.yaml': 'description: An agent.\nsandbox: box\ntools: [long, read]\n',
      'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
      'src/tools/long.ts': `export default { description: 'Long.', inputSchema: { type: 'object' }, run: () => 'x'.repeat(10_000_000) + ' end' };\n`,
    };
    const { engine } = await engineOf(files, ({ messages }): Answer => {
      const made = messages.filter(({ role }) => role === 'tool').length;
      return made === 0 ? { calls: [{ tool: 'long' }] } : 'done';
    });
    const session = engine.agents.session('a', 'x');
    await session.prompt('Go');
    const [line = ''] = linesOf((await session.history()).filter(({ role }) => role === 'tool'));
    expect(line.length).to.be.below(61_000);
    const [, path = ''] = /all of it is in the file \\"([^"]+)\\"/.exec(line) ?? [];
    expect((await session.readFile(path)) === `${'x'.repeat(10_000_000)} end`).to.equal(true);
  });

  it('a model that makes the same call for ever is stopped; one whose results differ is not', async () => {
    let made = 0;
    const tool: ToolDefinition = {
      name: 'poll',
      description: 'Poll.',
      inputSchema: { type: 'object' },
      run: (input: { readonly same?: boolean }) => {
        made += 1;
        return input.same === true ? 'pending' : made;
      },
    };
    const { lines } = await answers(
      tool,
      Array.from({ length: 30 }, () => ({})),
    );
    expect(lines).to.have.length(30);
    made = 0;
    const failure = await failureOf(
      answers(
        tool,
        Array.from({ length: 100 }, () => ({ same: true })),
      ),
    );
    expect(failure).to.deep.equal({
      type: 'loop_detected',
      message: 'the model made the same tool calls 20 times in a row, with the same results',
    });
    expect(made).to.equal(20);
  });

  it('fifty calls of one turn, and calls that cannot be, each have an answer', async () => {
    let made = 0;
    const tool: ToolDefinition = {
      name: 'add',
      description: 'Adds.',
      inputSchema: {
        type: 'object',
        required: ['n'],
        additionalProperties: false,
        properties: { n: { type: 'number' } },
      },
      run: ({ n }: { readonly n: number }) => {
        made += 1;
        return n + 1;
      },
    };
    const calls: Call[] = [
      ...Array.from({ length: 50 }, (_, n) => ({ tool: 'add', input: { n } })),
      { tool: 'none' },
      { tool: 'add' },
      { tool: 'add', input: { n: 1, m: 2 } },
      { tool: 'add', input: { n: 'one' } },
      { tool: 'add', input: ['n'] },
    ];
    const { engine } = await engineOf(project, ({ messages }): Answer =>
      messages.at(-1)?.role === 'tool' ? 'done' : { calls },
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt('Go', { tools: [tool] });
    const [results] = (await session.history()).filter(({ role }) => role === 'tool');
    const outputs =
      results?.role === 'tool' ? results.content.map(({ output, isError }) => [output, isError]) : [];
    expect(outputs.slice(0, 50)).to.deep.equal(Array.from({ length: 50 }, (_, n) => [n + 1, false]));
    expect(outputs.slice(50).map(([, isError]) => isError)).to.deep.equal([true, true, true, true, true]);
    expect(made).to.equal(50);
  });

  it('a real signal ends with the prompt, and progress is told while it lasts', async () => {
    const { opened, open } = gate<AbortSignal>();
    const tool: ToolDefinition = {
      name: 'slow',
      description: 'Slow.',
      inputSchema: { type: 'object' },
      run: (_input: unknown, { signal, progress, log }) => {
        log('starts', { at: 1 });
        progress(0.5, 'half way');
        progress(7);
        open(signal);
        return new Promise(() => undefined);
      },
    };
    const seen: unknown[] = [];
    const { engine } = await engineOf(project, () => ({ calls: [{ tool: 'slow' }] }), {
      observers: [
        (event) => {
          if (event.type === 'progress' || event.type === 'log')
            seen.push([event.type, event.toolCallId, event.data]);
        },
      ],
    });
    const session = engine.agents.session('a', 'x');
    const prompt = session.prompt('Go', { tools: [tool] });
    prompt.catch(() => undefined);
    const signal = await opened;
    expect(signal.aborted).to.equal(false);
    await session.abort();
    await failureOf(prompt);
    expect(signal.aborted).to.equal(true);
    expect(seen).to.deep.equal([
      ['log', 'call_1_1', { level: 'info', message: 'starts', fields: { at: 1 } }],
      ['progress', 'call_1_1', { ratio: 0.5, message: 'half way' }],
      ['progress', 'call_1_1', { ratio: 1 }],
    ]);
  });
});
