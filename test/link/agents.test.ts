import { expect } from 'chai';
import { findingsOf, programOf } from '../fakes/project.ts';

const around = {
  'engine.yaml': `model: openai/gpt-5
secrets: { TOKEN: {}, OTHER: {} }
env: [REGION]
mcpServers: { warehouse: { url: 'https://mcp.example.com' }, shop: { url: 'https://shop.example.com', tools: [buy] } }
`,
  'src/sandboxes/desk.yaml': 'write: true\nshell: true\n',
  'src/tools/stock.yaml':
    'description: Stock.\ntype: http\nrequest: { url: https://shop.example.com/stock }\n',
  'apis/orders.yaml': `openapi: 3.1.0
paths:
  /orders/{id}:
    get: { operationId: getOrder, parameters: [{ name: id, in: path, schema: { type: integer } }] }
`,
  'src/tools/orders.yaml': 'description: Orders.\ntype: openapi\ndocument: apis/orders.yaml\n',
  '.agents/skills/returns/SKILL.md':
    '---\nname: returns\ndescription: Use it for returns.\n---\nTake it back.\n',
};

const clerk = `description: Answers.
extends: base
model: openai/gpt-5
modelSettings: { temperature: 0 }
thinking: high
instructions: 'You are {{agent.name}} for {{instance.id}}. {{input.question}} {{env.REGION}}'
inputSchema: { type: object, required: [question], properties: { question: { type: string } } }
outputSchema: { type: object, properties: { answer: { type: string } } }
tools: [read, stock, orders, warehouse, shop__buy, local__anything]
disallowedTools: [bash]
skills: [returns]
subagents: [base]
mcpServers: [warehouse, shop, { local: { command: npx, env: { T: '\${{ secrets.TOKEN }}' } } }]
commands: [git log, { command: npm, args: [test, '**'] }]
code: monty
sandbox: desk
permissions:
  allow: [read, 'bash(git *)', 'orders__*', shop__buy]
  ask: ['write(reports/*)', run_code, 'bash(npm *)']
  deny: ['local__delete_*', 'shop__*']
compaction: { reserveTokens: 8000 }
maxTurns: 3
timeout: 1m
limits: { duration: 5m, modelCalls: 3, tokens: 100, costUsd: 0.1 }
retries: 1
harness: ai-sdk
busy: join
env: { REGION: '\${{ env.REGION }}', TOKEN: '\${{ secrets.TOKEN }}' }
secrets: [TOKEN]
x-team: desk
`;
const base = 'description: Base.\npermissions: { deny: [stock] }\ncommands: [ls]\n';

describe('link: agents', () => {
  it('are read with all their keys, and nothing is wrong with them', async () => {
    const files = { ...around, 'src/agents/clerk.yaml': clerk, 'src/profiles/base.yaml': base };
    expect(await findingsOf(files)).to.deep.equal([]);
    const { agents } = await programOf(files);
    const agent = agents['clerk'];
    expect(agent?.tools.map(({ name }) => name)).to.deep.equal(['stock', 'orders__getOrder']);
    expect(agent?.mcpTools).to.deep.equal(['warehouse', 'shop__buy', 'local__anything']);
    expect(Object.keys(agent?.mcpServers ?? {})).to.deep.equal(['warehouse', 'shop', 'local']);
    expect(agent?.permissions.deny.map(({ source }) => source)).to.deep.equal([
      'stock',
      'local__delete_*',
      'shop__*',
    ]);
    expect(agent?.commands).to.deep.equal([
      { command: 'ls', args: undefined },
      { command: 'git', args: ['log', '**'] },
      { command: 'npm', args: ['test', '**'] },
    ]);
    expect(agent?.compaction.reserveTokens).to.equal(8000);
  });

  it('are wrong at the place where they are', async () => {
    const findings = await findingsOf({
      ...around,
      'src/profiles/base.yaml': base,
      'src/agents/clerk.yaml': `description: Answers.
extends: bse
inputSchema: { type: object, additionalProperties: false, properties: { question: { type: string } } }
instructions: '{{instance.idd}} {{input.qestion}} {{secrets.TOKEN}}'
tools: [read, ordrs, shop__sell, warehous__x]
mcpServers: [warehouse, shp, shop, { local: { url: 'ftp://x' } }]
commands: ['git log | cat', 'git*', { command: /bin/ls }, { command: npm, args: ['**', x] }]
sandbox: desk
permissions:
  allow: [read, 'bash(git *)', rn_code]
  ask: [read, 'shop__sel']
  deny: ['lcal__*', 'bash(git *)']
compaction: { model: fast }
harness: ai-skd
env: { A: '\${{ secrets.OTHER }}', B: '\${{ secrets.TOKN }}', C: '\${{ env.REGIN }}' }
secrets: [TOKEN, OTER]
`,
    });
    expect(findings).to.deep.equal([
      'src/agents/clerk.yaml:2:10 error ref/unknown-profile no profile "bse"; did you mean "base"?',
      'src/agents/clerk.yaml:4:27 error ref/unknown-field no field "idd" in "instance"; did you mean "id"?',
      'src/agents/clerk.yaml:4:41 error ref/unknown-field no field "qestion" in the input; did you mean "question"?',
      'src/agents/clerk.yaml:4:53 error security/secret-in-text secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/agents/clerk.yaml:5:15 error ref/unknown-tool no tool "ordrs"; did you mean "orders"?',
      'src/agents/clerk.yaml:5:22 error ref/unknown-tool no tool "shop__sell"; expected one of "shop__buy"',
      'src/agents/clerk.yaml:5:34 error ref/unknown-tool no tool "warehous__x"; did you mean "warehouse__*"?',
      'src/agents/clerk.yaml:6:25 error ref/unknown-server no server "shp"; did you mean "shop"?',
      'src/agents/clerk.yaml:6:52 error schema/bad-format "ftp://x" is no address that begins with "http://" or "https://"',
      'src/agents/clerk.yaml:7:21 error schema/bad-format a command is its name and perhaps its first arguments, without "|"; give each command a line of its own',
      'src/agents/clerk.yaml:7:30 error schema/bad-format the name of a command has no "*"; leave "commands" out to allow every command',
      'src/agents/clerk.yaml:7:48 error schema/bad-format write the name of the command without its path: "ls"',
      'src/agents/clerk.yaml:7:82 error schema/bad-format "**" stands for all further arguments, so nothing may come after it; write "*" for one argument',
      'src/agents/clerk.yaml:10:32 error ref/unknown-tool no tool "rn_code"; did you mean "run_code"?',
      'src/agents/clerk.yaml:11:9 error ref/duplicate-entry "read" stands under "allow" and under "ask"; keep one of them',
      'src/agents/clerk.yaml:11:16 error ref/unknown-tool no tool "shop__sel"; did you mean "shop__buy"?',
      'src/agents/clerk.yaml:12:11 error ref/unknown-tool no tool fits "lcal__*"; did you mean "local__*"?',
      'src/agents/clerk.yaml:12:21 error ref/duplicate-entry "bash(git *)" stands under "allow" and under "deny"; keep one of them',
      'src/agents/clerk.yaml:13:22 error ref/unknown-model no model alias "fast"; write "provider/model"',
      'src/agents/clerk.yaml:14:10 warning ref/unknown-harness harness "ai-skd" is not known here; did you mean "ai-sdk"?',
      'src/agents/clerk.yaml:15:24 error security/secret-not-granted secret "OTHER" is not granted here; add it to "secrets" of this file',
      'src/agents/clerk.yaml:15:51 error ref/unknown-secret no secret "TOKN"; did you mean "TOKEN"?',
      'src/agents/clerk.yaml:15:73 error ref/unknown-env "REGIN" is not listed under "env" in the project config; did you mean "REGION"?',
      'src/agents/clerk.yaml:16:18 error ref/unknown-secret no secret "OTER"; did you mean "OTHER"?',
    ]);
  });

  it('one of Claude Code loads as it is, with its names for tools and models', async () => {
    const files = {
      'engine.yaml': 'defaults: { sandbox: virtual }\nmodels: { haiku: { model: openai/gpt-5-mini } }\n',
      '.claude/agents/code-reviewer.md': `---
name: code-reviewer
description: Reviews code. Use it after a change.
tools: Read, Grep, Glob, WebFetch, Task(helper, tester), mcp__docs__search, TodoWrite
disallowedTools: WebSearch
model: sonnet
effort: high
maxTurns: 5
skills: returns
color: red
mcpServers:
  - docs: { type: http, url: 'https://docs.example.com/mcp' }
---
You review code. Write \`{a: 1}\` as it is.
`,
      '.claude/agents/quick.md': '---\nname: quick\ndescription: Is quick.\nmodel: haiku\n---\nBe quick.\n',
      '.claude/agents/exact.md':
        '---\nname: exact\ndescription: Is exact.\nmodel: claude-opus-4-1\n---\nBe exact.\n',
      '.agents/skills/returns/SKILL.md': '---\nname: returns\ndescription: Use it for returns.\n---\nx\n',
    };
    expect(await findingsOf(files)).to.deep.equal([]);
    const { agents } = await programOf(files);
    const reviewer = agents['code-reviewer'];
    expect(reviewer?.builtins).to.deep.equal(['read', 'grep', 'glob', 'task', 'load_skill']);
    expect(reviewer?.mcpTools).to.deep.equal(['docs__search']);
    expect(reviewer?.thinking).to.equal('high');
    expect(reviewer?.model).to.include({ provider: 'anthropic', id: 'claude-sonnet-4-5' });
    expect(agents['quick']?.model).to.include({ provider: 'openai', id: 'gpt-5-mini' });
    expect(agents['exact']?.model).to.include({ provider: 'anthropic', id: 'claude-opus-4-1' });
  });

  it('a key that Claude Code does not have either, and a misspelt tool, are errors in its files too', async () => {
    const findings = await findingsOf({
      'engine.yaml': 'defaults: { sandbox: virtual }\nmodel: openai/gpt-5\n',
      '.claude/agents/helper.md':
        '---\nname: helper\ndescription: Helps.\ntools: Read, Gerp\nmaxTurn: 3\npermissionMode: plan\n---\nHelp.\n',
    });
    expect(findings).to.deep.equal([
      '.claude/agents/helper.md:4:14 error ref/unknown-tool no tool "Gerp"; did you mean "grep"?',
      '.claude/agents/helper.md:5:1 error schema/unknown-key unknown key "maxTurn"; did you mean "maxTurns"?',
      '.claude/agents/helper.md:6:1 info source/ignored-key "permissionMode" of Claude Code has no meaning here',
    ]);
  });
});

describe('link: roles', () => {
  it('see the agent and the instance, typed', async () => {
    const findings = await findingsOf({
      '.agents/roles/formal.md':
        '---\nmodel: openai/gpt-5\n---\n{{instance.id}} {{agent.nam}} {{input.x}} {{step.x}}\n',
    });
    expect(findings).to.deep.equal([
      '.agents/roles/formal.md:4:25 error ref/unknown-field no field "nam" in "agent"; did you mean "name"?',
      '.agents/roles/formal.md:4:45 error ref/unknown-name nothing is called "step" here; expected one of "agent", "env", "input", "instance"',
    ]);
  });
});
