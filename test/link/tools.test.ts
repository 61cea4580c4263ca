import { expect } from 'chai';
import { findingsOf, programOf } from '../fakes/project.ts';

const shop = `openapi: 3.0.3
info: { title: Shop, version: '1' }
paths:
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getOrder
      summary: Reads an order.
      parameters: [{ $ref: '#/components/parameters/Full' }]
      responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } }
    patch:
      operationId: orders/change
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } }
      responses: { '204': { description: ok } }
components:
  parameters:
    Full: { name: full, in: query, schema: { type: boolean } }
  schemas:
    Order:
      type: object
      required: [id]
      properties:
        id: { type: integer, minimum: 0, exclusiveMinimum: true }
        note: { type: string, nullable: true }
        parts: { type: array, items: { $ref: '#/components/schemas/Order' } }
`;

const right = {
  'engine.yaml': `model: openai/gpt-5
secrets: { KEY: {} }
env: [HOST]
mcpServers: { warehouse: { url: 'https://mcp.example.com', tools: [count] } }
`,
  'apis/shop.yaml': shop,
  'src/tools/shop.yaml':
    "description: The shop.\ntype: openapi\ndocument: apis/shop.yaml\nbaseUrl: https://shop.example.com\nheaders: { authorization: '${{ secrets.KEY }}' }\nsecrets: [KEY]\n",
  'src/tools/far.yaml':
    'description: Far.\ntype: openapi\ndocument: https://far.example.com/openapi.json\noperations: [ping]\n',
  'src/sandboxes/desk.yaml': 'shell: true\n',
  'src/tools/log.yaml': `description: Reads the log.
type: command
inputSchema: { type: object, required: [author], properties: { author: { type: string } } }
command: [git, log, '--author={{input.author}}']
cwd: src
env: { KEY: '\${{ secrets.KEY }}' }
secrets: [KEY]
sandbox: desk
annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }
timeout: 5s
retry: { maxAttempts: 2 }
permissions: { ask: ['log(--all *)'] }
idempotencyKey: log-{{input.author}}
`,
  'src/tools/count.yaml':
    'description: Counts.\ntype: command\ninputSchema: { type: object, properties: { file: { type: string } } }\nshell: wc -l < "$INPUT_FILE"\n',
  'src/tools/order.yaml': 'description: Orders.\ntype: workflow\nworkflow: order\n',
  'src/tools/ask.yaml':
    'description: Asks.\ntype: agent\nagent: clerk\ninputSchema: { type: object, required: [text], properties: { text: { type: string } } }\nmessage: "{{input.text}}"\ninstance: "desk-{{env.HOST}}"\n',
  'src/tools/items.yaml': 'description: Items.\ntype: mcp\nserver: warehouse\ntool: count\n',
  'src/tools/inline.yaml':
    "description: Inline.\ntype: mcp\nserver: { command: npx, args: ['${{ secrets.KEY }}'] }\ntool: anything\nsecrets: [KEY]\n",
  'src/tools/own.yaml': 'description: Own.\ntype: node\nmodule: ./own.ts\n',
  'src/tools/own.ts': 'export default () => 1;\n',
  'src/agents/clerk.yaml': 'description: Answers.\ntools: [shop, log, far__ping]\n',
  'src/workflows/order.yaml': `inputSchema: { type: object, required: [id], properties: { id: { type: integer } } }
outputSchema: { type: object, required: [full], properties: { full: { type: boolean } } }
steps:
  - { id: read, tool: shop__getOrder, with: { id: '\${{ input.id }}', full: true } }
  - { id: far, tool: far__ping, with: { anything: 1 } }
output: { full: '\${{ steps.read.output.id > 3 }}' }
`,
};

describe('link: tools', () => {
  it('of every type are read with all their keys, and nothing is wrong with them', async () => {
    expect(await findingsOf(right)).to.deep.equal([]);
    const { tools, agents } = await programOf(right);
    expect(Object.keys(tools).sort()).to.deep.equal([
      ...['ask', 'count', 'far__ping', 'inline', 'items', 'log', 'order', 'own'],
      ...['shop__getOrder', 'shop__orders_change'],
    ]);
    expect(tools['shop__getOrder']?.inputSchema).to.deep.equal({
      type: 'object',
      properties: { id: { type: 'integer' }, full: { type: 'boolean' } },
      required: ['id'],
      additionalProperties: false,
    });
    expect(tools['shop__getOrder']?.outputSchema).to.deep.equal({
      $ref: '#/$defs/components.schemas.Order',
      $defs: {
        'components.schemas.Order': {
          type: 'object',
          required: ['id'],
          properties: {
            id: { type: 'integer', exclusiveMinimum: 0 },
            note: { type: ['string', 'null'] },
            parts: { type: 'array', items: { $ref: '#/$defs/components.schemas.Order' } },
          },
        },
      },
    });
    expect(tools['shop__getOrder']?.description).to.equal('Reads an order.');
    expect(tools['shop__getOrder']?.annotations).to.deep.equal({ readOnlyHint: true });
    expect(tools['order']?.inputSchema).to.have.property('required').that.deep.equals(['id']);
    expect(agents['clerk']?.tools.map(({ name }) => name)).to.deep.equal([
      'shop__getOrder',
      'shop__orders_change',
      'log',
      'far__ping',
    ]);
  });

  it('are wrong at the place where they are', async () => {
    const findings = await findingsOf({
      ...right,
      'src/tools/shop.yaml':
        'description: The shop.\ntype: openapi\ndocument: apis/shp.yaml\noperations: [getOrder]\n',
      'src/tools/few.yaml':
        'description: Few.\ntype: openapi\ndocument: apis/shop.yaml\noperations: [getOrdr]\n',
      'src/tools/old.yaml': 'description: Old.\ntype: openapi\ndocument: apis/old.json\n',
      'apis/old.json': '{"swagger": "2.0"}',
      'src/tools/torn.yaml': 'description: Torn.\ntype: openapi\ndocument: apis/torn.yaml\n',
      'apis/torn.yaml': 'openapi: 3.1.0\npaths: [\n',
      'src/tools/log.yaml': `description: Reads the log.
type: command
inputSchema: { type: object, required: [author], properties: { author: { type: string } } }
command: ['{{input.author}}', '{{input.autor}}', '{{secrets.KEY}}']
cwd: ../..
env: { KEY: '\${{ secrets.KEY }}', B: '\${{ secrets.KY }}' }
secrets: [KY]
sandbox: virtual
permissions: { ask: ['lgo(*)'], deny: [count] }
idempotencyKey: log-{{input.autor}}
`,
      'src/tools/count.yaml': 'description: Counts.\ntype: command\nshell: wc -l < {{input.file}}\n',
      'src/tools/order.yaml':
        'description: Orders.\ntype: workflow\nworkflow: order\ninputSchema: { type: object, properties: { id: { type: string } } }\noutputSchema: { type: object, properties: { full: { type: string } } }\n',
      'src/tools/order2.yaml': 'description: Orders.\ntype: workflow\nworkflow: ordr\n',
      'src/tools/ask.yaml': 'description: Asks.\ntype: agent\nagent: clrk\nmessage: "{{secrets.KEY}}"\n',
      'src/tools/items.yaml': 'description: Items.\ntype: mcp\nserver: warehose\ntool: count\n',
      'src/tools/items2.yaml': 'description: Items.\ntype: mcp\nserver: warehouse\ntool: cout\n',
      'src/tools/own.yaml': 'description: Own.\ntype: node\nmodule: ./won.ts\n',
      'src/tools/web.yaml': 'description: Web.\ntype: http\nrequest: { url: shop.example.com/x }\n',
      'src/tools/body.yaml':
        "description: Body.\ntype: http\nsecrets: [KEY]\nrequest: { url: 'https://x.example.com', body: { key: '${{ secrets.KEY }}' } }\n",
    });
    expect(findings).to.deep.equal([
      'src/tools/ask.yaml:3:8 error ref/unknown-agent no agent "clrk"; did you mean "clerk"?',
      'src/tools/ask.yaml:4:13 error security/secret-in-text secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/tools/body.yaml:4:60 error security/secret-in-value secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/tools/count.yaml:3:16 error template/not-allowed a line for the shell takes no template, since arguments could then run commands; read them as "$INPUT_<NAME>", or write "command" as a list',
      'src/tools/few.yaml:4:14 error ref/unknown-operation no operation "getOrdr"; did you mean "getOrder"?',
      'src/tools/items.yaml:3:9 error ref/unknown-server no server "warehose"; did you mean "warehouse"?',
      'src/tools/items2.yaml:4:7 error ref/unknown-tool no tool "cout"; did you mean "count"?',
      'src/tools/log.yaml:4:11 error template/not-allowed the program must be written out, so that arguments cannot choose it; templates may stand in what follows',
      'src/tools/log.yaml:4:40 error ref/unknown-field no field "autor" in the input; did you mean "author"?',
      'src/tools/log.yaml:4:53 error security/secret-in-text secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/tools/log.yaml:5:6 error schema/bad-format "../.." leads out of the workspace; it has no ".."',
      'src/tools/log.yaml:6:26 error security/secret-not-granted secret "KEY" is not granted here; add it to "secrets" of this file',
      'src/tools/log.yaml:7:11 error ref/unknown-secret no secret "KY"; did you mean "KEY"?',
      'src/tools/log.yaml:8:10 error security/tool-not-granted a command needs a sandbox that grants it; "virtual" has no "shell: true"',
      'src/tools/log.yaml:9:23 error ref/unknown-tool no tool "lgo"; did you mean "log"?',
      'src/tools/log.yaml:9:40 error ref/unknown-tool no tool "count"; expected one of "log"',
      'src/tools/log.yaml:10:29 error ref/unknown-field no field "autor" in the input; did you mean "author"?',
      'src/tools/old.yaml:3:11 error source/unreadable "apis/old.json" is no OpenAPI 3 document: it has no "openapi: 3…", and "swagger" is the older format',
      'src/tools/order.yaml:4:1 error type/argument the arguments pass to workflow "order", whose "inputSchema" they do not fit: its field "id" must be number, got string; leave "inputSchema" out to take that one',
      'src/tools/order.yaml:5:1 error type/result the result is that of workflow "order", which does not fit: its field "full" must be string, got bool',
      'src/tools/order2.yaml:3:11 error ref/unknown-workflow no workflow "ordr"; did you mean "order"?',
      'src/tools/own.yaml:3:9 error ref/unknown-file no file "./won.ts" beside src/tools/own.yaml; did you mean "./own.ts"?',
      'src/tools/shop.yaml:3:11 error ref/unknown-file no file "apis/shp.yaml" in the project; did you mean "apis/shop.yaml"?',
      'src/tools/torn.yaml:3:11 error source/unreadable "apis/torn.yaml" is no YAML: line 2: the closing "]" is missing',
      'src/tools/web.yaml:3:17 error schema/bad-format "shop.example.com/x" is no address that begins with "http://" or "https://"; write "https://shop.example.com/x"',
    ]);
  });
});

describe('link: sandboxes', () => {
  const files = { 'docs/a.md': 'x', 'boxes/own.ts': 'throw new Error("never imported");\n' };

  it('are read with all their keys, and nothing is wrong with them', async () => {
    const project = {
      ...files,
      'engine.yaml': 'secrets: { KEY: {} }\nenv: [LANG]\n',
      'src/sandboxes/desk.yaml': `description: All of it.
type: isolated
workspace: /work
write: ['reports/**', '*.md']
shell: true
commands: [ls, git status, { command: npm, args: [test, '**'] }]
compound: true
mounts: [{ from: docs, to: docs, write: true }, { from: docs, to: /data }]
read: ['**/*.md', 'src/{a,b}/[xyz].ts']
protect: ['**/.env*', '.git/**']
env: { LANG: '\${{ env.LANG }}', KEY: '\${{ secrets.KEY }}', N: 3 }
network: { allow: [api.example.com, '*.example.org', 'localhost:8080', 10.0.0.1], deny: [x.example.org] }
limits: { timeout: 5s, outputBytes: 10, files: 10, fileBytes: 10, memoryMb: 10, processes: 2 }
options: { image: node }
`,
      'src/sandboxes/own.yaml': 'type: custom\nmodule: ./boxes/own.ts\n',
      'src/sandboxes/package.yaml': "type: custom\nmodule: '@example/box'\n",
    };
    expect(await findingsOf(project)).to.deep.equal([]);
    const { sandboxes } = await programOf(project);
    expect(sandboxes['desk']?.files).to.deep.equal({
      read: ['**/*.md', 'src/{a,b}/[xyz].ts'],
      write: ['reports/**', '*.md'],
      protect: ['**/.env*', '.git/**'],
    });
    expect(sandboxes['desk']?.network.deny).to.deep.equal(['x.example.org']);
    expect(sandboxes['desk']?.commandRules.at(1)).to.deep.equal({ command: 'git', args: ['status', '**'] });
  });

  it('are wrong at the place where they are', async () => {
    const findings = await findingsOf({
      ...files,
      'src/sandboxes/desk.yaml': `write: ['../x', 'a\\b']
commands: ['ls; rm', { command: /bin/ls }]
mounts: [{ from: dcs }, { from: ../x }, { from: docs, to: ../y }, { from: docs, to: z }, { from: docs, to: z }, { from: docs/a.md }]
read: ['src/[ab', 'src/b}']
env: { A: '\${{ secrets.KY }}', B: '\${{ env.LNG }}' }
network: { allow: ['https://api.example.com/x', 'api.*.com', 1.2.3, api.example.com/x, b.com], deny: [b.com] }
`,
      'src/sandboxes/own.yaml': 'type: custom\nmodule: ./boxes/onw.ts\n',
    });
    expect(findings).to.deep.equal([
      'src/sandboxes/desk.yaml:1:9 error schema/bad-format "../x" leads out of the workspace; patterns count from it and have no ".."',
      'src/sandboxes/desk.yaml:1:17 error schema/bad-format write "/" between folders: "a/b"',
      'src/sandboxes/desk.yaml:2:15 error schema/bad-format a command is its name and perhaps its first arguments, without ";"; give each command a line of its own',
      'src/sandboxes/desk.yaml:2:33 error schema/bad-format write the name of the command without its path: "ls"',
      'src/sandboxes/desk.yaml:3:18 error ref/unknown-folder no folder "dcs" in the project; did you mean "docs"?',
      'src/sandboxes/desk.yaml:3:33 error ref/outside-project "../x" is outside the project; name a folder of the project',
      'src/sandboxes/desk.yaml:3:59 error schema/bad-format the path of a mount counts from the workspace and has no ".."',
      'src/sandboxes/desk.yaml:3:108 error ref/duplicate-entry two mounts are called "/workspace/z"; give one another "to"',
      'src/sandboxes/desk.yaml:3:121 error ref/unknown-folder "docs/a.md" is a file, not a folder',
      'src/sandboxes/desk.yaml:4:8 error schema/bad-format "src/[ab" has an "[" that is never closed',
      'src/sandboxes/desk.yaml:4:19 error schema/bad-format "src/b}" has a "}" that was never opened',
      'src/sandboxes/desk.yaml:5:24 error ref/unknown-secret no secret "KY"; declare it under "secrets" in engine.yaml',
      'src/sandboxes/desk.yaml:5:44 error ref/unknown-env "LNG" is not listed under "env" in the project config',
      'src/sandboxes/desk.yaml:6:20 error schema/bad-format "https://api.example.com/x" is no host; write "api.example.com"',
      'src/sandboxes/desk.yaml:6:49 error schema/bad-format "api.*.com" is no host; "*." stands in front of a whole name, as in "*.example.com"',
      'src/sandboxes/desk.yaml:6:62 error schema/bad-format "1.2.3" is no host; write its name, such as "api.example.com"',
      'src/sandboxes/desk.yaml:6:69 error schema/bad-format "api.example.com/x" is no host; write "api.example.com"',
      'src/sandboxes/desk.yaml:6:103 error ref/duplicate-entry "b.com" stands under "allow" and under "deny"; keep one of them',
      'src/sandboxes/own.yaml:2:9 error ref/unknown-file no file "./boxes/onw.ts" in the project; did you mean "./boxes/own.ts"?',
    ]);
  });
});
