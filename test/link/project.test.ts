import { expect } from 'chai';
import { findingsOf, programOf } from '../fakes/project.ts';

const right = {
  'engine.yaml': `apiVersion: engine/v1
name: shop
description: A shop.
models:
  fast: { model: openai/gpt-5-mini, fallback: [smart, script/desk], contextWindow: 200000, settings: { temperature: 0 } }
  smart: { model: anthropic/claude-haiku-4-5, fallback: [gateway/llama] }
model: fast
providers:
  gateway:
    type: openai-compatible
    baseUrl: http://127.0.0.1:11434/v1
    apiKey: GATEWAY_KEY
    headers: { x-key: '\${{ secrets.GATEWAY_KEY + env.REGION }}' }
    price: free
secrets:
  GATEWAY_KEY: { description: Key of the gateway. }
  DATABASE: { env: DATABASE_URL }
  DOOR: { file: /run/secrets/door, required: false }
env: [REGION]
defaults:
  modelSettings: { temperature: 1 }
  thinking: low
  maxTurns: 5
  timeout: 1m
  stepTimeout: 1m
  limits: { duration: 1h, modelCalls: 9, tokens: 1000, costUsd: 1 }
  retries: 1
  sandbox: virtual
  harness: ai-sdk
  busy: queue
  permissions: { allow: [read, 'warehouse__get_*', 'shop__*'], ask: ['bash(git push *)'], deny: [stock] }
  maxTaskDepth: 3
  maxParallelTasks: 2
mcpServers:
  warehouse: { type: http, url: 'https://mcp.example.com', headers: { authorization: '\${{ secrets.DOOR }}' }, tools: [get_item, put_item] }
  local: { command: npx, args: [-y, '\${{ secrets.DOOR }}'], env: { TOKEN: '\${{ secrets.DOOR }}' }, cwd: ., timeout: 5s }
server:
  host: 0.0.0.0
  port: 8080
  basePath: /engine
  cors: { origins: ['https://app.example.com', 'http://localhost:3000'], credentials: true, maxAge: 5m }
  auth:
    tokens:
      - { name: site, secret: DOOR, scopes: [agents], agents: [clerk], workflows: [order] }
      - { name: till, hash: 'sha256:${'0'.repeat(64)}' }
    jwt: { issuer: 'https://login.example.com/', audience: shop, algorithms: [RS256] }
  limits: { bodyBytes: 1000, concurrency: 4, requests: 9, per: 1m, connections: 10 }
  trustProxy: true
  drainTimeout: 5s
store: { type: sqlite, path: data/engine.sqlite, synchronous: normal, busyTimeout: 1s }
durable: { type: dbos, database: DATABASE, concurrency: 8 }
modules: { plugins: [./plugins/audit.ts, { module: '@example/redis', options: { prefix: shop } }] }
compaction: { contextWindowTokens: 100000, reserveTokens: 8000, keepRecentTokens: 9000, model: fast }
instructions: [docs/rules.md]
retention: { runs: 30d, events: 7d, sessions: 90d, idempotency: 1d }
x-team: desk
`,
  'plugins/audit.ts': 'throw new Error("never imported");\n',
  'docs/rules.md': 'Be kind.\n',
  'src/models/desk.yaml': 'default: { text: hi }\n',
  'src/agents/clerk.yaml': 'description: Answers.\ninstructions: You answer.\n',
  'src/tools/stock.yaml':
    'description: Stock.\ntype: http\nrequest: { url: https://shop.example.com/stock }\n',
  'src/tools/shop.yaml':
    'description: The shop.\ntype: openapi\ndocument: https://shop.example.com/openapi.json\noperations: [getOrder]\n',
  'src/workflows/order.yaml': `description: Orders.
steps:
  - { id: order, agent: clerk, message: Order tea. }
output: \${{ steps.order.output }}
`,
};

describe('link: the project config', () => {
  it('is read with all its keys, and nothing is wrong with it', async () => {
    expect(await findingsOf(right)).to.deep.equal([]);
    const { settings, instructions, mcpServers } = await programOf(right);
    expect(instructions).to.deep.equal([{ file: 'docs/rules.md', text: 'Be kind.\n' }]);
    expect(settings.fallbacks).to.deep.equal({
      fast: [
        { provider: 'anthropic', id: 'claude-haiku-4-5', settings: {}, alias: 'smart' },
        { provider: 'script', id: 'desk', settings: {} },
      ],
      smart: [{ provider: 'gateway', id: 'llama', settings: {} }],
    });
    expect(settings.modelFacts).to.deep.equal({ fast: { contextWindow: 200_000 } });
    expect(settings.server.auth?.tokens.map(({ name, value }) => [name, Object.keys(value)])).to.deep.equal([
      ['site', ['secret']],
      ['till', ['sha256']],
    ]);
    expect(settings.server.auth?.jwt?.jwksUrl).to.equal('https://login.example.com/.well-known/jwks.json');
    expect(settings).to.deep.include({ maxTaskDepth: 3, maxParallelTasks: 2 });
    expect(settings.retention.eventsMs).to.equal(7 * 86_400_000);
    expect(settings.plugins.map(({ module }) => module.replace(/.*\/plugins/, 'plugins'))).to.deep.equal([
      'plugins/audit.ts',
      '@example/redis',
    ]);
    expect(settings.permissions.ask).to.deep.equal([
      { source: 'bash(git push *)', tool: 'bash', argument: 'git push *' },
    ]);
    expect(Object.keys(mcpServers)).to.deep.equal(['warehouse', 'local']);
  });

  it('is wrong at the place where it is', async () => {
    const findings = await findingsOf({
      ...right,
      'engine.yaml': `models:
  fast: { model: openai/gpt-5-mini, fallback: [smrt] }
  smart: { model: anthropic/claude-haiku-4-5, fallback: [slow] }
  slow: { model: openai/gpt-5, fallback: [smart, openai/gpt-5] }
providers:
  gateway: { type: openai-compatible }
  other: { type: openai-compatible, baseUrl: 'localhost:11434/v1' }
secrets: { DOOR: {} }
defaults:
  sandbox: vrtual
  permissions: { allow: [raed, 'stok(*)'], ask: [stock], deny: [stock, 'wharehouse__*', 'a b'] }
mcpServers:
  warehouse: { url: 'mcp.example.com/x', headers: { authorization: '\${{ secrets.DOR }}' } }
server:
  host: 0.0.0.0:8080
  basePath: /a b
  cors: { origins: ['https://app.example.com/', '*'], credentials: true }
  auth:
    tokens:
      - { name: site, secret: DOR, agents: [clrk], workflows: [ordr] }
      - { name: site }
    jwt: { issuer: login.example.com, audience: shop }
store: { path: docs }
durable: { type: dbos }
modules: { plugins: [./plugins/adit.ts, ../x.ts, 'a b'] }
compaction: { contextWindowTokens: 9000, model: fats }
instructions: [docs/rule.md, docs]
`,
    });
    expect(findings).to.deep.equal([
      'engine.yaml:2:48 error ref/unknown-model no model alias "smrt"; did you mean "smart"?',
      'engine.yaml:4:43 error graph/cycle "smart" falls back to itself: smart → slow → smart',
      'engine.yaml:4:50 error ref/duplicate-entry "openai/gpt-5" is the model of "slow" itself; name another one to fall back to',
      'engine.yaml:6:3 error schema/missing-key provider "gateway" is of type "openai-compatible" and needs a "baseUrl"',
      'engine.yaml:7:46 error schema/bad-format "localhost:11434/v1" is no address that begins with "http://" or "https://"; write "http://localhost:11434/v1"',
      'engine.yaml:10:12 error ref/unknown-sandbox no sandbox "vrtual"; did you mean "virtual"?',
      'engine.yaml:11:26 error ref/unknown-tool no tool "raed"; did you mean "read"?',
      'engine.yaml:11:33 error ref/unknown-tool no tool "stok"; did you mean "stock"?',
      'engine.yaml:11:65 error ref/duplicate-entry "stock" stands under "ask" and under "deny"; keep one of them',
      'engine.yaml:11:73 error ref/unknown-tool no tool fits "wharehouse__*"; did you mean "warehouse__*"?',
      'engine.yaml:11:89 error schema/bad-format "a b" is no pattern for calls; write the name of a tool, or "tool(text *)" with a pattern for its main argument',
      'engine.yaml:13:21 error schema/bad-format "mcp.example.com/x" is no address that begins with "http://" or "https://"; write "https://mcp.example.com/x"',
      'engine.yaml:13:81 error ref/unknown-secret no secret "DOR"; did you mean "DOOR"?',
      'engine.yaml:15:9 error schema/bad-format "0.0.0.0:8080" is no host; write "host: 0.0.0.0" and "port: 8080"',
      'engine.yaml:16:13 error schema/bad-format "/a b" is no path of an address; write words between slashes, such as "/engine"',
      'engine.yaml:17:21 error schema/bad-format "https://app.example.com/" is no origin; write scheme, host and port alone, such as "https://app.example.com"',
      'engine.yaml:17:55 error schema/exclusive-keys browsers send no credentials where every origin may call; name the origins, or leave "credentials" out',
      'engine.yaml:20:31 error ref/unknown-secret no secret "DOR"; did you mean "DOOR"?',
      'engine.yaml:20:45 error ref/unknown-agent no agent "clrk"; did you mean "clerk"?',
      'engine.yaml:20:64 error ref/unknown-workflow no workflow "ordr"; did you mean "order"?',
      'engine.yaml:21:9 error schema/missing-key token "site" needs a "secret" that holds it, or the "hash" of it',
      'engine.yaml:22:20 error schema/bad-format "login.example.com" is no address that begins with "http://" or "https://"; write "https://login.example.com"',
      'engine.yaml:23:16 error schema/bad-value "docs" is a folder; name the file of the store, such as "docs/engine.sqlite"',
      'engine.yaml:24:18 error schema/missing-key "dbos" needs a "database": the name of the secret that holds the address of the Postgres database',
      'engine.yaml:25:22 error ref/unknown-file no file "./plugins/adit.ts" in the project; did you mean "./plugins/audit.ts"?',
      'engine.yaml:25:41 error ref/outside-project "../x.ts" is outside the project; name a file of the project',
      'engine.yaml:25:50 error schema/bad-format "a b" is neither the path of a module ("./my-module.ts") nor the name of a package',
      'engine.yaml:26:36 error schema/bad-value a window of 9000 tokens has no room for the 16384 kept free for the answer and the 20000 of the newest messages; make it larger than 36384, or write less under "reserveTokens" and "keepRecentTokens"',
      'engine.yaml:26:49 error ref/unknown-model no model alias "fats"; did you mean "fast"?',
      'engine.yaml:27:16 error ref/unknown-file no file "docs/rule.md" in the project; did you mean "docs/rules.md"?',
      'engine.yaml:27:30 error ref/unknown-file "docs" is a folder, not a file',
    ]);
  });
});
