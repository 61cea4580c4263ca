import { expect } from 'chai';
import { compile } from '../../engine/compile.ts';
import { findingsOf, projectOf, type Files } from '../fakes/project.ts';

const random = 'Zq7Lw2Xn9Tb4Vm6Kc1Rj8Hd3Fs5Gp0Yu';

async function rulesOf(files: Files): Promise<string[]> {
  return (await compile(projectOf(files))).diagnostics.map(({ rule }) => rule);
}

describe('rules: security', () => {
  it('a key of a known form is found wherever it stands, and never repeated', async () => {
    const keys = [
      `sk-ant-api03-${random}`,
      `sk-proj-${random}`,
      `ghp_${random}abcd`,
      `AKIA${random.toUpperCase().slice(0, 16)}`,
      `xoxb-1234-${random}`,
      `AIza${random}abc`,
      `glpat-${random}`,
    ];
    for (const key of keys) {
      const files = {
        'src/agents/helper.md': `---\nmodel: openai/gpt-5.5 # ${key}\n---\n\nBe kind.\n`,
        '.agents/skills/orders/SKILL.md': '---\ndescription: Use for orders.\n---\n\nRead it.\n',
        '.agents/skills/orders/run.sh': `KEY=${key}\n`,
      };
      const { diagnostics } = await compile(projectOf(files));
      expect(diagnostics.map(({ rule, file, range }) => [rule, file, range?.start.line])).to.deep.equal([
        ['security/plaintext-secret', '.agents/skills/orders/run.sh', 1],
        ['security/plaintext-secret', 'src/agents/helper.md', 2],
      ]);
      expect(JSON.stringify(diagnostics)).not.to.contain(key.slice(8, 20));
    }
  });

  it('examples of keys, slugs and names of secrets are no keys', async () => {
    const body = [
      'sk-your-key-goes-here-1234567890',
      'sk-2024-refund-policy-document-v2',
      'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'AKIAIOSFODNN7EXAMPLE',
      'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'task-Ab3Ab3Ab3Ab3Ab3Ab3Ab3Ab3',
      '-----BEGIN PUBLIC KEY-----',
      '-----BEGIN PRIVATE KEY----- is how a key begins',
      'ANTHROPIC_API_KEY',
    ].join('\n');
    const agent = `---\nmodel: openai/gpt-5.5\n---\n\n${body.replace(' is how', '… is how')}\n`;
    expect(await rulesOf({ 'src/agents/helper.md': agent })).to.deep.equal([]);
  });

  it('a network is wide when anybody may own the hosts, not when they are named or private', async () => {
    const sandbox = (allow: string[]): Files => ({
      'src/sandboxes/desk.yaml': { type: 'isolated', network: { allow } },
    });
    const wide = ['*', '*.com'];
    expect(await rulesOf(sandbox(wide))).to.deep.equal(wide.map(() => 'security/wide-network'));
    const narrow = ['example.com', '*.example.com', '*.internal', 'localhost', '127.0.0.1'];
    expect(await rulesOf(sandbox(narrow))).to.deep.equal([]);
  });

  it('an allowed wildcard is fine when something else is asked about or refused', async () => {
    const agent = (permissions: unknown): Files => ({
      'src/agents/helper.yaml': { model: 'openai/gpt-5.5', permissions },
    });
    expect(await rulesOf(agent({ allow: ['*'] }))).to.deep.equal(['security/wildcard-allow']);
    expect(await rulesOf(agent({ allow: ['bash(**)'], deny: ['write'] }))).to.deep.equal([
      'security/wildcard-allow',
    ]);
    expect(await rulesOf(agent({ allow: ['*'], ask: ['bash'] }))).to.deep.equal([]);
    expect(await rulesOf(agent({ allow: ['bash(*)'], deny: ['bash(rm *)'] }))).to.deep.equal([]);
    expect(await rulesOf(agent({ allow: ['read', 'bash'] }))).to.deep.equal([]);
  });

  describe('untrusted text', () => {
    const tool = (path: object): string =>
      JSON.stringify({
        description: 'Deletes a file.',
        type: 'http',
        inputSchema: { type: 'object', properties: { path, count: { type: 'number' } } },
        annotations: { destructiveHint: true },
        request: { method: 'DELETE', url: 'http://localhost/files', query: { path: '${{ input.path }}' } },
      });
    const workflow = (steps: string, path = '{ type: string }'): string => `inputSchema:
  type: object
  required: [path, count]
  properties: { path: ${path}, count: { type: number } }
steps:
${steps}
`;
    const remove = (value: string): string =>
      `  - { id: clean, tool: remove, with: ${value}, idempotencyKey: '\${{ run.id }}' }`;
    const found = async (text: string, path: object = { type: 'string' }): Promise<string[]> =>
      (
        await findingsOf({
          'engine.yaml': 'rules: { security/untrusted-to-destructive: warning }\nmodel: openai/gpt-5.5\n',
          'src/tools/remove.yaml': tool(path),
          'src/workflows/sample.yaml': text,
        })
      ).map((line) => line.replace(/^\S+ warning /, ''));

    it('is found on its way from the caller and from a model into a destructive tool', async () => {
      expect(await found(workflow(remove("{ path: '${{ input.path }}' }")))).to.deep.equal([
        'security/untrusted-to-destructive text of the caller ("input.path") decides what the destructive tool "remove" does; restrict it by an enum or a pattern, or put an "approval" before the step',
      ]);
      const chosen = `  - { id: choose, prompt: Which file? }\n${remove("{ path: '${{ steps.choose.output }}' }")}`;
      expect(await found(workflow(chosen))).to.have.length(1);
    });

    it('is followed through "set" and the items of a list', async () => {
      const set = `  - { id: kept, set: { a: { file: '\${{ input.path }}' }, b: fixed } }\n`;
      const read = (path: string): string =>
        `${set}${remove(`{ path: '\${{ steps.kept.output.${path} }}' }`)}`;
      expect(await found(workflow(read('a.file')))).to.deep.equal([
        'security/untrusted-to-destructive text of the caller ("steps.kept.output.a.file") decides what the destructive tool "remove" does; restrict it by an enum or a pattern, or put an "approval" before the step',
      ]);
      expect(await found(workflow(read('b')))).to.deep.equal([]);
      const each = `  - id: all
    foreach: { items: input.path, as: one, maxItems: 9 }
    steps:
      - { id: clean, tool: remove, with: { path: '\${{ one.name }}' }, idempotencyKey: '\${{ run.id + string(index) }}' }`;
      const list = (name: string): string =>
        `{ type: array, items: { type: object, required: [name], properties: { name: ${name} } } }`;
      expect(await found(workflow(each, list('{ type: string }')))).to.have.length(1);
      expect(await found(workflow(each, list('{ type: string, pattern: "^tmp/" }')))).to.deep.equal([]);
    });

    it('is found in commands and addresses', async () => {
      expect(await found(workflow('  - { id: show, shell: "cat {{input.path}}" }'))).to.have.length(1);
      expect(await found(workflow('  - { id: show, shell: [cat, "{{input.path}}"] }'))).to.have.length(1);
      expect(
        await found(
          workflow('  - { id: get, http: { method: GET, url: "http://localhost/{{input.path}}" } }'),
        ),
      ).to.have.length(1);
    });

    it('is fine where a schema restricts it, where it is a number, and behind an approval', async () => {
      const direct = remove("{ path: '${{ input.path }}' }");
      expect(await found(workflow(direct, '{ enum: [a, b] }'))).to.deep.equal([]);
      expect(await found(workflow(direct, '{ type: string, pattern: "^tmp/" }'))).to.deep.equal([]);
      expect(await found(workflow(direct), { type: 'string', format: 'uuid' })).to.deep.equal([]);
      expect(await found(workflow(remove("{ count: '${{ input.count }}' }")))).to.deep.equal([]);
      const asked = `  - { id: ask, approval: { title: Delete it? } }\n${direct}`;
      expect(await found(workflow(asked))).to.deep.equal([]);
    });
  });

  it('bare text of the input in a prompt is found with the preset "strict", quoted or restricted text is fine', async () => {
    const agent = (instructions: string): Files => ({
      'engine.yaml': 'rules: { security/unquoted-untrusted: warning }\n',
      'src/agents/helper.yaml': {
        model: 'openai/gpt-5.5',
        inputSchema: {
          type: 'object',
          required: ['text', 'kind', 'day', 'list'],
          properties: {
            text: { type: 'string' },
            kind: { enum: ['a', 'b'] },
            day: { type: 'string', format: 'date' },
            list: { type: 'array', items: { type: 'string' } },
          },
        },
        instructions,
      },
    });
    expect(await rulesOf(agent('{{input.text}} {{upper input.text}}'))).to.deep.equal([
      'security/unquoted-untrusted',
      'security/unquoted-untrusted',
    ]);
    const fine =
      '{{quote input.text}} {{input.kind}} {{input.day}} {{#if input.text}}yes{{/if}} {{json input.list}}';
    expect(await rulesOf(agent(fine))).to.deep.equal([]);
  });
});
