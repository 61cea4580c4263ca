// An MCP server that behaves as its first argument, JSON, says. Plain lines of JSON over standard input and output.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const {
  mute = false,
  tools: more = [],
  toolsFile,
  many = 0,
  diary,
  exitAtOnce,
  print,
} = JSON.parse(process.argv[2] ?? '{}');
if (print !== undefined) process.stderr.write(`${print}\n`);
if (exitAtOnce !== undefined) {
  process.stderr.write(`${exitAtOnce}\n`);
  process.exit(7);
}
const note = (line) => diary !== undefined && appendFileSync(diary, `${line}\n`);
note(`start ${process.pid}`);

const object = { type: 'object' };
const plain = ['pid', 'env', 'big', 'never', 'die', 'storm', 'noise', 'child', 'fail', 'strange', 'wrong'];
const acts = () => plain.map((name) => ({ name, description: `Does ${name}.`, inputSchema: object }));
let extra = [];
const tools = () => [
  ...acts(),
  ...more,
  ...extra,
  ...(toolsFile !== undefined && existsSync(toolsFile) ? JSON.parse(readFileSync(toolsFile, 'utf8')) : []),
  ...Array.from({ length: many }, (_, at) => ({
    name: `tool_${at}`,
    description: `Number ${at}.`,
    inputSchema: object,
  })),
];
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const text = (value) => ({ content: [{ type: 'text', text: String(value) }] });

const calls = {
  pid: () => text(process.pid),
  env: () => ({ structuredContent: { ...process.env }, content: [] }),
  big: () => text('x'.repeat(50 * 1024 * 1024)),
  never: () => undefined,
  die: () => process.exit(3),
  storm: () => {
    for (let at = 0; at < 5_000; at += 1) send({ method: 'notifications/tools/list_changed' });
    return text('stormy');
  },
  noise: () => {
    process.stdout.write('this is no message\n');
    process.stderr.write(`the key is ${process.env.KEY ?? 'none'}\n`);
    return text('noisy');
  },
  child: () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    return text(child.pid);
  },
  fail: () => ({ isError: true, content: [{ type: 'text', text: 'the shelf is empty' }] }),
  strange: () => ({
    content: [
      { type: 'text', text: 'first' },
      { type: 'image', data: 'QUJD', mimeType: 'image/png' },
      { type: 'audio', data: 'QUJDRA==', mimeType: 'audio/wav' },
      { type: 'resource_link', uri: 'shop://a', name: 'A' },
      { type: 'resource', resource: { uri: 'shop://b', text: 'inside' } },
      { type: 'resource', resource: { uri: 'shop://c', blob: 'QUJD', mimeType: 'application/x' } },
      { type: 'hologram' },
      'no part at all',
    ],
  }),
  wrong: () => 'no result at all',
};

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: 'odd', version: '1' },
  }),
  'tools/list': () => {
    note('list');
    return { tools: tools() };
  },
  'tools/call': ({ name, arguments: given }) => {
    note(`call ${name}`);
    if (name === 'learn') {
      extra = [{ name: 'learnt', description: 'New.', inputSchema: object }];
      send({ method: 'notifications/tools/list_changed' });
      return text('learnt');
    }
    return calls[name] === undefined ? text(`${name}(${JSON.stringify(given)})`) : calls[name](given);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (method === 'notifications/cancelled') note('cancelled');
  if (id === undefined || mute) continue;
  const result = answers[method]?.(params ?? {});
  if (result !== undefined) send({ id, result });
}
note('end');
