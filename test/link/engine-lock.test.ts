import { expect } from 'chai';
import { createCompiler, relink } from '../../engine/compiler.ts';
import { remoteDrift, driftLines } from '../../engine/core/remote-drift.ts';
import { remoteName } from '../../engine/core/remote-name.ts';
import type { RemoteTools } from '../../engine/core/remote-tool.ts';
import { engineLockText } from '../../engine/link/index.ts';
import { findingsOf, programOf, projectOf, writeFiles, type Files } from '../fakes/project.ts';

const tools: RemoteTools = {
  stock: {
    description: 'How many are left.',
    annotations: { readOnlyHint: true },
    inputSchema: { type: 'object', required: ['item'], properties: { item: { type: 'string' } } },
    outputSchema: { type: 'object', required: ['left'], properties: { left: { type: 'integer' } } },
  },
  'pay.now': { description: 'Pays.', inputSchema: { type: 'object' } },
};
const lock = engineLockText({ shop: tools });

function project(more: Files, config = ''): Files {
  return {
    'engine.yaml': `model: openai/gpt-5\nmcpServers:\n  shop: { command: shop${config} }\n`,
    'engine.lock': lock,
    'src/agents/clerk.yaml': 'description: Helps.\nmcpServers: [shop]\n',
    ...more,
  };
}

describe('engine.lock', () => {
  it('is the same text whatever the order of the server, and linked as it was', async () => {
    const { stock, ...rest } = tools;
    expect(engineLockText({ shop: { ...rest, stock: { ...stock } as never } })).to.equal(lock);
    expect(lock.split('\n').length).to.be.greaterThan(30);
    const { mcpServers } = await programOf(project({}));
    expect(mcpServers['shop']?.locked).to.deep.equal(tools);
  });

  it('lets a step be checked: its tool, its arguments, and what it gives', async () => {
    const flow = (tool: string, given: string, output: string): Files =>
      project({
        'src/workflows/flow.yaml': `steps:\n  - { id: one, tool: ${tool}, with: ${given} }\noutput: \${{ steps.one.output.${output} }}\n`,
      });
    expect(await findingsOf(flow('shop__stock', '{ item: lamp }', 'left'))).to.deep.equal([]);
    expect(await findingsOf(flow('shop__stok', '{ item: lamp }', 'left'))).to.deep.equal([
      'src/workflows/flow.yaml:2:22 error ref/unknown-tool no tool "shop__stok"; did you mean "shop__stock"?',
    ]);
    const faults = await findingsOf(flow('shop__stock', '{ item: 7 }', 'lef'));
    expect(faults.map((line) => line.split(' ')[2])).to.deep.equal(['type/argument', 'ref/unknown-field']);
    expect(await findingsOf(flow('shop__pay_now', '{}', 'x'))).to.deep.equal([]);
  });

  it('knows the tools that agents, servers and permissions name', async () => {
    expect(
      await findingsOf(
        project({
          'src/agents/clerk.yaml':
            'description: H.\nmcpServers: [shop]\ntools: [shop__stok]\npermissions: { deny: [shop__pay_no] }\n',
        }),
      ),
    ).to.deep.equal([
      'src/agents/clerk.yaml:3:9 error ref/unknown-tool no tool "shop__stok"; did you mean "shop__stock"?',
      'src/agents/clerk.yaml:4:23 error ref/unknown-tool no tool "shop__pay_no"; did you mean "shop__pay_now"?',
    ]);
    expect(await findingsOf(project({}, ', tools: [stok], rename: { pay: buy, stock: look }'))).to.deep.equal(
      [
        'engine.yaml:3:34 error ref/unknown-tool server "shop" has no tool "stok" in "engine.lock"; did you mean "stock"?',
        'engine.yaml:3:51 error ref/unknown-tool server "shop" has no tool "pay" in "engine.lock"; expected one of "pay.now", "stock"',
        'engine.yaml:3:61 error ref/unknown-tool "stock" is not offered; add it to "tools"',
      ],
    );
  });

  it('is read again when it changes, and is part of what work that started with it is linked from', async () => {
    const folder = projectOf(
      project({
        'src/workflows/flow.yaml': 'steps:\n  - { id: one, tool: shop__stock, with: { item: lamp } }\n',
        'src/agents/clerk.yaml': 'description: H.\n',
      }),
    );
    const compiler = createCompiler(folder);
    const first = await compiler.analyze();
    expect(first.diagnostics).to.deep.equal([]);
    const texts = first.texts();
    const { stock: _, ...rest } = tools;
    writeFiles(folder, { 'engine.lock': engineLockText({ shop: rest }) });
    const second = await compiler.analyze();
    expect(second.diagnostics.map(({ rule, file }) => `${file} ${rule}`)).to.deep.equal([
      'src/workflows/flow.yaml ref/unknown-tool',
    ]);
    const { program } = await relink(folder, texts);
    expect(program?.mcpServers['shop']?.locked).to.deep.equal(tools);
    expect(program?.agents['clerk']?.hash).to.equal(first.program?.agents['clerk']?.hash);
  });

  it('that cannot be used, or was changed by hand, is told', async () => {
    const said = async (text: string): Promise<string[]> => findingsOf(project({ 'engine.lock': text }));
    const line = (fault: string): string[] => [
      `engine.yaml:2:1 error source/unreadable "engine.lock" ${fault}; write it again with "engine mcp lock"`,
    ];
    expect(await said(lock.replace('Pays.', 'Pays all.'))).to.deep.equal(
      line('was changed by hand at tool "pay.now" of server "shop"'),
    );
    expect(await said('{"lockVersion": 2, "mcpServers": {}}')).to.deep.equal(
      line('is of version 2; this engine reads version 1'),
    );
    expect(await said(`<<<<<<< HEAD\n${lock}`)).to.deep.equal(line('holds a merge conflict'));
    expect(await said('[]')).to.deep.equal(line('is no lock file'));
  });
});

describe('the drift of a server', () => {
  it('is told field by field', () => {
    const now: RemoteTools = {
      stock: {
        description: 'How many are there.',
        inputSchema: {
          type: 'object',
          required: ['item', 'region'],
          properties: { item: { type: 'string', enum: ['lamp'] }, region: { type: 'string' } },
        },
        outputSchema: { type: 'object', properties: { rest: { type: 'integer' } } },
      },
      refund: { description: 'New.', inputSchema: { type: 'object' } },
    };
    expect(driftLines(remoteDrift(tools, now))).to.deep.equal([
      'tool "stock" changed: its description is now "How many are there."',
      'tool "stock" changed: input "item": "enum" was not said and is "["lamp"]"',
      'tool "stock" changed: input "region" is new and required',
      'tool "stock" changed: output "left" is gone',
      'tool "stock" changed: output "rest" is new',
      'tool "stock" changed: "readOnlyHint" is now not said',
      'tool "pay.now" is gone',
      'tool "refund" is new',
    ]);
    expect(driftLines(remoteDrift(tools, tools))).to.deep.equal([]);
  });
});

describe('the name of a tool of a server', () => {
  it('is one that models take, and never that of another', () => {
    expect(remoteName('shop', 'stock')).to.equal('shop__stock');
    expect(remoteName('shop', 'a.b/c d')).to.equal('shop__a_b_c_d');
    expect(remoteName('shop', 'a.b', { 'a.b': 'ab' })).to.equal('shop__ab');
    const long = ['x'.repeat(80), `${'x'.repeat(79)}y`].map((tool) => remoteName('shop', tool));
    expect(long.every((name) => name.length === 64)).to.equal(true);
    expect(new Set(long).size).to.equal(2);
  });
});
