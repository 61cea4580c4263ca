import { expect } from 'chai';
import { compile } from '../../engine/compile.ts';
import { projectOf } from '../fakes/project.ts';
import { markedFindings } from './marked.ts';

const project = {
  'src/models/m.yaml': 'default: { text: hi }\n',
  'src/agents/clerk.md': '---\ndescription: A clerk.\nmodel: script/m\n---\n\nBe kind.\n',
  'src/schemas/order.yaml': 'type: object\n$defs: { line: { type: string } }\n',
};
const workflow = (rest: string): string => `description: One.
inputSchema:
  type: object
  required: [id, lines]
  properties: { id: { type: string }, lines: { type: array, items: { type: string } } }
steps:
${rest}`;
const messages = async (files: Record<string, string>): Promise<string[]> =>
  (await markedFindings({ ...project, ...files })).map((line) => line.replace(/^"[^"]*" \S+ /, ''));
const inSet = async (expression: string): Promise<string[]> => {
  const text = workflow(`  - { id: a, set: { v: '\${{ ${expression.replaceAll("'", "''")} }}' } }\n`);
  return messages({ 'src/workflows/w.yaml': text });
};
const inPrompt = async (template: string): Promise<string[]> =>
  messages({ 'src/workflows/w.yaml': workflow(`  - { id: a, prompt: '${template}', model: script/m }\n`) });

/** What people write who know other languages, and what they are told. */
describe('words of other languages', () => {
  const expressions: readonly (readonly [string, string])[] = [
    ['len(input.lines)', 'unknown function "len"; write size(value)'],
    ['input.id.toUpperCase()', 'unknown function "toUpperCase"; write upper(text)'],
    ['fromJSON(input.id)', 'unknown function "fromJSON"; write parseJson(text)'],
    ['now()', 'unknown function "now"; write run.startedAt'],
    ['input.id == "a" and true', 'unexpected "and"; write "&&"'],
    ['not input.id', 'unexpected "input"; write "!" for "not"'],
    ['input.id ?? "x"', 'unexpected "?"; write default(value, otherwise)'],
    ['input?.id', 'unexpected "."; write ".?" to ask for a field that may not be there'],
    ['input.lines.map(l => l)', 'unexpected "="; write list.map(x, …), with a name and a comma'],
    ['input.id === "a"', 'unexpected "="; write "==" to compare'],
    ['github.run_id', 'nothing is called "github" here; write "input"'],
    ['id', 'nothing is called "id" here; write "input.id"'],
  ];
  for (const [text, message] of expressions) {
    it(`are told in ours: ${text}`, async () => {
      expect(await inSet(text)).to.deep.equal([message]);
    });
  }

  const templates: readonly (readonly [string, string])[] = [
    ['{{ input.id | upper }}', 'unexpected "|"; a helper comes before its value: {{upper input.name}}'],
    [
      '{{#if input.id > 0}}x{{/if}}',
      'unexpected ">"; a template asks only whether a value is there; compute it in a "set" step before',
    ],
  ];
  for (const [text, message] of templates) {
    it(`are told in ours: ${text}`, async () => {
      expect(await inPrompt(text)).to.deep.equal([message]);
    });
  }

  it('a condition between braces of a template is a bare expression', async () => {
    const text = workflow('  - { id: a, if: "{{ input.id }}", log: x }\n');
    expect(await messages({ 'src/workflows/w.yaml': text })).to.deep.equal([
      'a condition is a bare expression; leave out the "{{ }}"',
    ]);
  });

  it('a text is told its own braces, and an address its own placeholders', async () => {
    const text = workflow(`  - { id: a, prompt: "\${{ input.id }}", model: script/m }
  - { id: b, http: { url: "https://example.com/{id}" } }
  - { id: c, http: { url: "http:/example.com/{{input.id}}" } }
  - { id: d, prompt: "It costs \${{input.id}}", model: script/m }
`);
    const tool = (url: string): string =>
      `description: One.\ntype: http\ninputSchema: { type: object, properties: { id: { type: string } } }\nrequest: { url: "${url}" }\n`;
    expect(
      await messages({
        'src/workflows/w.yaml': text,
        'src/tools/a.yaml': tool('https://example.com/{id}'),
        'src/tools/b.yaml': tool('http:/example.com/{{default input.id 1}}'),
      }),
    ).to.deep.equal([
      '"{id}" stays as it is; write "{{input.id}}"',
      '"http:/example.com/{{default input.id 1}}" is no address that begins with "http://" or "https://"',
      'a text is a template; write "{{ }}" without the "$"',
      '"{id}" stays as it is; write "{{input.id}}"',
      '"http:/example.com/{{input.id}}" is no address that begins with "http://" or "https://"',
    ]);
  });

  it('a name may not be the path of its file', async () => {
    const text = workflow(
      '  - { id: a, agent: agents/clerk.md, message: x }\n  - { id: b, workflow: ./w.yaml }\n',
    );
    expect(await messages({ 'src/workflows/w.yaml': text })).to.deep.equal([
      'no agent "agents/clerk.md"; write "clerk"',
      'no workflow "./w.yaml"; write "w"',
    ]);
  });

  it('a schema is told where it is, and what its parts are called', async () => {
    const text = `inputSchema: { $ref: ../schemas/order.yaml }
outputSchema: { $ref: "schemas/order.yaml#/definitions/line" }
steps: [{ id: a, set: { n: 1 }, outputSchema: { type: object, required: [n], properties: { n: int } } }]
output: x
`;
    expect(await messages({ 'src/workflows/w.yaml': text })).to.deep.equal([
      'no schema "../schemas/order.yaml"; write "src/schemas/order.yaml"',
      '"#/definitions/line" leads nowhere in "schemas/order.yaml"; write "schemas/order.yaml#/$defs/line"',
      '"n" must be map or boolean, got string "int"; write { type: integer }',
    ]);
  });

  it('a path that counts from the folder of its spec is told from the project', async () => {
    const tool = 'description: One.\ntype: openapi\ndocument: ../../apis/shop.yaml\n';
    const sandbox = 'type: custom\nmodule: ./own.ts\n';
    const files = { 'apis/shop.yaml': 'openapi: 3.0.0\npaths: {}\n', 'src/sandboxes/own.ts': 'export {};\n' };
    expect(
      await messages({ ...files, 'src/tools/shop.yaml': tool, 'src/sandboxes/own.yaml': sandbox }),
    ).to.deep.equal([
      'no file "./own.ts" in the project; paths count from the project folder: write "src/sandboxes/own.ts"',
      '"../../apis/shop.yaml" is outside the project; paths count from the project folder: write "apis/shop.yaml"',
    ]);
  });
});

describe('a command that its sandbox does not grant', () => {
  it('is found in steps and tools, where it is written as a list', async () => {
    const found = await markedFindings({
      'src/sandboxes/desk.yaml': 'type: virtual\nshell: true\ncommands: [grep, wc]\n',
      'src/tools/count.yaml': 'description: Counts.\ntype: command\ncommand: [wcc, -l]\nsandbox: desk\n',
      'src/workflows/w.yaml': `sandbox: desk
steps:
  - { id: a, shell: [curl, -s, x] }
  - { id: b, shell: [grep, x, y] }
  - { id: c, shell: "cd papers; grep x y" }
  - { id: d, foreach: { items: "'text'" }, steps: [{ id: e, log: x }] }
`,
    });
    expect(found).to.deep.equal([
      '"wcc" security/tool-not-granted sandbox "desk" does not grant the command "wcc"; did you mean "wc"?',
      '"curl" security/tool-not-granted sandbox "desk" does not grant the command "curl"; expected one of "grep", "wc"',
      `"''text''" expr/not-list must be a list, got string`,
    ]);
  });
});

describe('a clean project of a newcomer', () => {
  it('has a module for a sandbox of its own, and texts that read the environment, without a finding', async () => {
    const folder = projectOf({
      'engine.yaml': 'env: [HOST]\nmodel: script/m\nrules: { preset: strict, graph/unused-agent: off }\n',
      'src/models/m.yaml': 'default: { text: "{{text}}" }\n',
      'src/sandboxes/own.yaml': 'type: custom\nmodule: src/sandboxes/own.ts\n',
      'src/sandboxes/own.ts': 'export {};\n',
      'src/agents/clerk.md': '---\ndescription: A clerk.\nsandbox: own\n---\n\nYou work at {{env.HOST}}.\n',
    });
    const { diagnostics } = await compile(folder);
    expect(diagnostics.map(({ message }) => message)).to.deep.equal([]);
  });
});
