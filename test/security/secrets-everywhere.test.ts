import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { EngineEvent } from '../../engine/core/event.ts';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { createServer, type LogEntry } from '../../engine/server/index.ts';
import { chunk, errorReply, startFakeServer, textReply, toolReply } from '../fakes/openai-server.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { canaryOf, hitsIn, hitsInFolder, writingsOf } from './canary.ts';

const token = canaryOf('TOKEN');
const key = canaryOf('KEY').replace(/[^\x20-\x7e]/g, '');
const values = [token, key];

describe('security: one canary for each secret', () => {
  let careless: HttpServer;
  let url: string;
  const sent: string[] = [];

  before((done) => {
    // Tells everything it was told, in every way it can be written.
    careless = createHttpServer((request, response) => {
      sent.push(String(request.headers.authorization));
      const value = String(request.headers.authorization).replace('Bearer ', '');
      response.writeHead(request.url === '/refused' ? 500 : 200, {
        'content-type': 'application/json',
        'x-echo': encodeURIComponent(value),
      });
      response.end(JSON.stringify({ headers: request.headers, writings: writingsOf(value) }));
    }).listen(0, '127.0.0.1', () => {
      url = `http://127.0.0.1:${(careless.address() as AddressInfo).port}`;
      done();
    });
  });
  after(() => careless.close());

  it('granted to tools, headers and commands is found in no file, event, answer, log, cassette or prompt', async function () {
    this.timeout(120_000);
    const provider = await startFakeServer();
    const folder = temporaryFolder();
    const cassette = join(folder, 'said.yaml');
    const log: LogEntry[] = [];
    const events: EngineEvent[] = [];
    const engine = await createEngine({
      project: projectOf(project(provider.baseUrl, url)),
      record: cassette,
      env: { TOKEN: token, KEY: key, PUBLIC: token },
      observers: [(event) => void events.push(event)],
    });
    const server = createServer(engine, { port: 0, log: (entry) => log.push(entry) });
    const { url: base } = await server.listen();
    const captured: string[] = [];
    const call = async (
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<string> => {
      const response = await fetch(base + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = JSON.stringify([...response.headers]) + (await response.text());
      captured.push(text);
      return text;
    };
    try {
      const stutter = [...token].map((char) => chunk({ delta: { content: char } }));
      provider.reply(
        toolReply(
          ...['call', 'refused', 'leak', 'throws', 'bash'].map((name, at) => ({
            id: `c${at}`,
            name,
            fragments:
              name === 'bash'
                ? [
                    JSON.stringify({
                      command:
                        'echo "$AGENT_TOKEN" > kept.txt; echo "$AGENT_TOKEN" | base64 > b64.txt; env; cat kept.txt b64.txt; printf "%s" "$AGENT_TOKEN" | xxd -p; cat "missing-$AGENT_TOKEN"',
                    }),
                  ]
                : ['{"text":', ...(JSON.stringify(token).match(/.{1,3}/gs) ?? []), '}'],
          })),
        ),
        {
          events: [
            chunk({ delta: { content: 'It is ' } }),
            ...stutter,
            chunk({ delta: {}, finish_reason: 'stop' }),
            '[DONE]',
          ],
        },
        toolReply({ id: 'd', name: 'read', fragments: ['{"path":"kept.txt"}'] }),
        textReply(`Then ${key} and ${Buffer.from(`u:${token}`).toString('base64')}`),
        errorReply(400, `bad request with key ${key} and Authorization: Bearer ${token}`),
        textReply('ok'),
      );
      const stream = await call(
        '/agents/a/1',
        { message: `My token is ${token}.` },
        { accept: 'text/event-stream' },
      );
      expect(stream).to.contain('text_delta').and.to.contain('It is [secret]');
      captured.push(await overSocket(base.replace('http', 'ws'), { message: `And ${token}?` }));
      await call('/agents/a/1', { message: 'Fail.' });
      await call('/agents/a/1', { message: 'Go on.', nonsense: token });
      await call('/agents/a/1/sessions/default');
      await call('/agents/nobody/1', { message: token });
      const { runId } = await engine.workflows.start('w', { token });
      captured.push(JSON.stringify(await engine.runs.wait(runId)));
      for (const path of [
        `/runs/${runId}`,
        `/runs/${runId}/events`,
        '/runs',
        '/openapi.json',
        '/agents',
        '/workflows',
      ])
        await call(path);
      captured.push(JSON.stringify(await engine.agents.session('a', '1').entries()));
      captured.push(JSON.stringify(await engine.runs.why(runId, 'throws')));
      captured.push(JSON.stringify([engine.secrets, engine.executions({})]));
    } finally {
      await server.close();
      await engine.close();
      await provider.close();
    }
    // It reached where it was meant to go, or nothing is shown by its absence elsewhere.
    expect(sent).to.include(`Bearer ${token}`);
    expect(provider.requests[0]?.headers.authorization).to.equal(`Bearer ${key}`);
    expect(events.some(({ type }) => type === 'text_delta')).to.equal(true);
    expect(JSON.stringify(provider.requests.map(({ body }) => body))).to.contain('[secret]');
    const store = join(engine.program.root, '.engine');
    expect([
      ...hitsInFolder(store, values),
      ...hitsIn(readFileSync(cassette, 'utf8'), values, 'cassette'),
      ...hitsIn(JSON.stringify(events), values, 'events'),
      ...hitsIn(deltasOf(events), values, 'deltas put together'),
      ...hitsIn(JSON.stringify(log), values, 'log'),
      ...captured.flatMap((text) => hitsIn(text, values, 'answer')),
      ...provider.requests.flatMap(({ body }) => hitsIn(JSON.stringify(body), values, 'prompt')),
      ...hitsInFolder(
        store,
        values.map((value) => Buffer.from(value).toString('base64').slice(4, 40)),
      ),
    ]).to.deep.equal([]);
  });

  for (const type of ['virtual', 'isolated', 'local'])
    it(`is not in the arguments of any process of a command in a sandbox of type ${type}`, async function () {
      if (!existsSync('/proc/self/cmdline')) return this.skip();
      const { seen, output } = await processesOf(token, type);
      // Where it cannot be isolated, it does not run at all.
      if (output === undefined && type === 'isolated') return this.skip();
      expect(output).to.contain('[secret]');
      expect(seen.some((line) => line.includes('0.2017'))).to.equal(type !== 'virtual');
      expect(seen.filter((line) => hitsIn(line, [token], 'process').length > 0)).to.deep.equal([]);
    });
});

/** Runs a shell step with a secret in its environment, and looks at every process of this one meanwhile. */
async function processesOf(
  value: string,
  type: string,
): Promise<{ seen: readonly string[]; output: string | undefined }> {
  // Nobody sees the one that is no process.
  const nap = type === 'virtual' ? '0.2017' : '60.2017';
  const engine: Engine = await createEngine({
    project: projectOf({
      'engine.yaml': { secrets: { TOKEN: {} } },
      'src/sandboxes/box.yaml': { type, shell: true },
      'src/workflows/w.yaml': {
        sandbox: 'box',
        steps: [{ id: 'a', shell: `sleep ${nap}; echo "$T"`, env: { T: '${{ secrets.TOKEN }}' } }],
        output: '${{ steps.a.output.stdout }}',
      },
    }),
    store: 'memory',
    env: { TOKEN: value },
  });
  const seen: string[] = [];
  const ended = new Set<number>();
  const looking = setInterval(() => {
    const all = commandLines();
    seen.push(...all.values());
    for (const [pid, line] of all) {
      if (line !== `sleep\0${nap}\0` || ended.has(pid)) continue;
      // Once it has been seen it may go on.
      process.kill(pid);
      ended.add(pid);
    }
  }, 20);
  try {
    const { output } = await engine.workflows.run('w');
    return { seen, output: JSON.stringify(output) };
  } catch (thrown) {
    if ((thrown as { code?: string }).code !== 'sandbox_failed') throw thrown;
    return { seen, output: undefined };
  } finally {
    clearInterval(looking);
    await engine.close();
  }
}

/** The arguments of every process of this machine, by its id. */
function commandLines(): Map<number, string> {
  const lines = new Map<number, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      lines.set(Number(pid), readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    } catch {
      // It has ended meanwhile.
    }
  return lines;
}

/** One prompt over WebSocket; everything that came back. */
function overSocket(base: string, prompt: { readonly message: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${base}/agents/a/1`);
    let all = '';
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ v: 1, type: 'prompt', requestId: '1', ...prompt })));
    socket.on('close', () => resolve(all));
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      all += text;
      if (/"type":"(?:result|error)"/.test(text)) socket.close();
    });
  });
}

function deltasOf(events: readonly EngineEvent[]): string {
  return events
    .flatMap((event) =>
      event.type === 'text_delta' || event.type === 'thinking_delta' || event.type === 'tool_input_delta'
        ? [event.data.text]
        : [],
    )
    .join('');
}

const project = (provider: string, careless: string): Record<string, unknown> => ({
  'engine.yaml': {
    secrets: { TOKEN: {}, KEY: {} },
    env: ['PUBLIC'],
    providers: {
      local: { type: 'openai-compatible', baseUrl: provider, apiKey: 'KEY', retry: { maxAttempts: 1 } },
    },
  },
  'src/sandboxes/box.yaml': { type: 'virtual', write: true, shell: true },
  'src/agents/a.md': `---
description: A.
model: local/x
sandbox: box
secrets: [TOKEN]
env: { AGENT_TOKEN: "\${{ secrets.TOKEN }}" }
tools: [call, refused, leak, throws, bash, read]
---

You know {{env.PUBLIC}}.
`,
  ...Object.fromEntries(
    [
      ['call', '/'],
      ['refused', '/refused'],
    ].map(([name, path]) => [
      `src/tools/${name}.yaml`,
      {
        description: 'Calls.',
        type: 'http',
        secrets: ['TOKEN'],
        inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
        request: {
          url: `${careless}${path}`,
          headers: { authorization: '${{ "Bearer " + secrets.TOKEN }}' },
        },
      },
    ]),
  ),
  'src/tools/leak.yaml': {
    description: 'Leaks.',
    type: 'node',
    module: './leak.ts',
    secrets: ['TOKEN'],
    inputSchema: { type: 'object' },
  },
  'src/tools/leak.ts': `export default { run(input, { secrets, log }) {
    const token = secrets.get('TOKEN');
    log('using ' + token, { [token]: token, headers: { authorization: 'Bearer ' + token } });
    const bytes = Buffer.from(token);
    return { [token]: [token, encodeURIComponent(token), bytes.toString('hex'), bytes.toString('base64'), btoa('u:' + unescape(encodeURIComponent(token))),
      JSON.stringify({ token }), JSON.stringify(JSON.stringify(token)), Buffer.from('u' + token).toString('base64').replace(/.{40}/g, '$&\\n')] };
  } };`,
  'src/tools/throws.yaml': {
    description: 'Throws.',
    type: 'node',
    module: './throws.ts',
    secrets: ['TOKEN'],
    inputSchema: { type: 'object' },
  },
  'src/tools/throws.ts': `export default { run(input, { secrets }) {
    const token = secrets.get('TOKEN');
    const error = new Error('refused ' + token + ' ' + encodeURIComponent(token), { cause: new Error(token) });
    throw error;
  } };`,
  'src/workflows/w.yaml': {
    sandbox: 'box',
    inputSchema: { type: 'object' },
    steps: [
      { id: 'call', tool: 'call', with: { text: '${{ input.token }}' } },
      { id: 'leak', tool: 'leak', with: {} },
      {
        id: 'web',
        http: { url: `${careless}/`, headers: { authorization: '${{ "Bearer " + secrets.TOKEN }}' } },
      },
      {
        id: 'sh',
        shell: 'echo "$T" | tee f; echo "$T" | base64; echo "$T" >&2',
        env: { T: '${{ secrets.TOKEN }}' },
      },
      { id: 'note', log: 'It is {{input.token}}' },
      { id: 'throws', tool: 'throws', with: {} },
    ],
  },
});
