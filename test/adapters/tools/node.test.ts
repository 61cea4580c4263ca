import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createToolSource } from '../../../engine/adapters/tools/tool-source.ts';
import type { OpenTool } from '../../../engine/ports/tool-source.ts';
import type { Tool } from '../../../engine/program/tool.ts';
import { problemData, testTool, toolContext } from './test-tool.ts';

describe('a node tool', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'node-tool-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const lone: Partial<Tool> = { description: '', inputSchema: undefined };

  async function toolOf(
    source: string,
    changes: Partial<Tool> & { readonly file?: string; readonly export?: string } = {},
  ): Promise<Tool> {
    const { file = 'tool.ts', export: name = 'default', ...rest } = changes;
    await writeFile(join(folder, file), source);
    return testTool({ type: 'node', module: join(folder, file), export: name }, rest);
  }

  async function open(source: string, changes: Parameters<typeof toolOf>[1] = {}): Promise<OpenTool> {
    return createToolSource({ env: {} }).open(await toolOf(source, changes));
  }

  /** The message of `tool_invalid`, with the folder left out. */
  async function invalid(source: string, changes: Parameters<typeof toolOf>[1] = {}): Promise<string> {
    const data = (await problemData(open(source, changes))) as { type: string; message: string };
    expect(data.type).to.equal('tool_invalid');
    expect(data.message).to.match(/^tool "probe": \S*tool\.ts /);
    return data.message.replace(/^tool "probe": \S*(tool\.ts)/, '$1').replaceAll(folder, '');
  }

  const context = toolContext(testTool({ type: 'node', module: '', export: 'default' }));

  it('defined in TypeScript with defineTool brings its own description and schemas', async () => {
    await writeFile(join(folder, 'tax.ts'), 'export const tax: number = 2;');
    const tool = await open(
      `import { defineTool } from 'flue-engine';
       import type { ToolContext } from 'flue-engine';
       import { tax } from './tax';
       export default defineTool<{ price: number }>({
         description: 'Adds tax',
         inputSchema: { type: 'object', properties: { price: { type: 'number' } } },
         outputSchema: { type: 'number' },
         run: async ({ price }, context: ToolContext) => price + tax + context.attempt,
       });`,
      lone,
    );
    expect(tool.description).to.equal('Adds tax');
    expect(tool.inputSchema).to.deep.equal({ type: 'object', properties: { price: { type: 'number' } } });
    expect(tool.outputSchema).to.deep.equal({ type: 'number' });
    expect(await tool.run({ price: 10 }, context)).to.equal(13);
  });

  it('described by YAML may be a bare function, and YAML wins over the module', async () => {
    const bare = await open('export default (input: { n: number }) => ({ doubled: input.n * 2 });');
    expect([bare.description, await bare.run({ n: 4 }, context)]).to.deep.equal(['Probes', { doubled: 8 }]);
    const both = await open(
      `import { defineTool } from 'flue-engine';
       export default defineTool({ description: 'other', inputSchema: { type: 'string' }, run: () => 1 });`,
      { outputSchema: { type: 'integer' } },
    );
    expect([both.description, both.inputSchema, both.outputSchema]).to.deep.equal([
      'Probes',
      { type: 'object' },
      { type: 'integer' },
    ]);
  });

  it('may be a named export, JavaScript or CommonJS', async () => {
    const named = await open('export const charge = () => "named";', { export: 'charge' });
    expect(await named.run({}, context)).to.equal('named');
    const script = await open('export default { run: () => "js" };', { file: 'tool.mjs' });
    expect(await script.run({}, context)).to.equal('js');
    const common = await open('module.exports = () => "cjs";', { file: 'tool.cjs' });
    expect(await common.run({}, context)).to.equal('cjs');
  });

  it('gives null for nothing and plain JSON for everything else', async () => {
    const nothing = await open('export default () => undefined;');
    expect(await nothing.run({}, context)).to.equal(null);
    const date = await open('export default () => ({ at: new Date(0), skip: undefined });', { file: 'b.ts' });
    expect(await date.run({}, context)).to.deep.equal({ at: '1970-01-01T00:00:00.000Z' });
    const big = await open('export default () => ({ n: 1n });', { file: 'c.ts' });
    expect(await problemData(big.run({}, context))).to.have.property('type', 'tool_failed');
  });

  it('fails with its own Problem, or with tool_failed and no stack', async () => {
    const problem = await open(
      `import { Problem } from 'flue-engine';
       export default () => { throw new Problem('out_of_stock', 'none left', { details: { sku: 1 } }); };`,
    );
    expect(await problemData(problem.run({}, context))).to.deep.equal({
      type: 'out_of_stock',
      message: 'none left',
      details: { sku: 1 },
    });
    const error = await open('export default async () => { throw new TypeError("boom"); };', {
      file: 'b.ts',
    });
    expect(await problemData(error.run({}, context))).to.deep.equal({
      type: 'tool_failed',
      message: 'tool "probe" failed: boom',
    });
  });

  it('that ends with its signal is timeout or aborted', async () => {
    const tool = await open(
      `export default (_: unknown, { signal }: { signal: AbortSignal }) =>
         new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('late'))));`,
    );
    const timed = { ...context, signal: AbortSignal.timeout(20) };
    expect(await problemData(tool.run({}, timed))).to.have.property('type', 'timeout');
    const stop = new AbortController();
    const ended = problemData(tool.run({}, { ...context, signal: stop.signal }));
    stop.abort();
    expect(await ended).to.have.property('type', 'aborted');
  });

  it('that cannot be imported is invalid, naming file and cause', async () => {
    expect(await invalid('export default (')).to.match(
      /^tool\.ts cannot be imported: ParseError: Unexpected token/,
    );
    expect(await invalid('import x from "no-such-package"; export default x;')).to.equal(
      "tool.ts cannot be imported: Cannot find module 'no-such-package'",
    );
    expect(await invalid('throw new Error("at load");')).to.equal('tool.ts cannot be imported: at load');
  });

  it('whose export is no tool is invalid, naming what is wrong', async () => {
    expect(await invalid('export const run = () => 1;')).to.equal(
      'tool.ts has no default export; expected one of "run"',
    );
    expect(await invalid('export const charge = () => 1;', { export: 'chrage' })).to.equal(
      'tool.ts has no export "chrage"; did you mean "charge"?',
    );
    expect(await invalid('export default 5;')).to.equal(
      'tool.ts has an unusable default export: a tool is an object with a "run" function',
    );
    expect(await invalid('export default { run: 5 };')).to.equal(
      'tool.ts has an unusable default export: "run" must be a function',
    );
    expect(
      await invalid(
        'import { defineTool } from "flue-engine"; export default defineTool({ run: () => 1, inputSchema: "x" } as never);',
      ),
    ).to.equal('tool.ts cannot be imported: defineTool: "inputSchema" must be a JSON Schema');
  });

  it('without YAML must describe itself', async () => {
    expect(await invalid('export default () => 1;', lone)).to.equal('tool.ts must give a "description"');
    expect(await invalid('export default { description: "x", run: () => 1 };', lone)).to.equal(
      'tool.ts must give an "inputSchema"',
    );
  });

  it('is imported once by a source, and anew, with its imports, by a new one', async () => {
    const counter = globalThis as { toolImports?: number };
    counter.toolImports = 0;
    await writeFile(join(folder, 'part.ts'), 'export const part = 1;');
    const tool = await toolOf(
      `import { part } from './part';
       (globalThis as { toolImports?: number }).toolImports! += 1;
       export default () => part; export const other = () => part;`,
    );
    const source = createToolSource({ env: {} });
    const [first, again] = await Promise.all([source.open(tool), source.open(tool)]);
    const other = await source.open(
      testTool({ ...(tool.run as { type: 'node'; module: string }), export: 'other' }),
    );
    expect(first).to.equal(again);
    expect([await first.run({}, context), await other.run({}, context), counter.toolImports]).to.deep.equal([
      1, 1, 1,
    ]);
    await writeFile(join(folder, 'part.ts'), 'export const part = 2;');
    const edited = await createToolSource({ env: {} }).open(tool);
    expect([await edited.run({}, context), counter.toolImports]).to.deep.equal([2, 2]);
    delete counter.toolImports;
  });
});
