// A small MCP server over standard input and output: two tools about the stock of a shop.
import { createInterface } from 'node:readline';

const stock = { lamp: 12, chair: 0 };
const item = { type: 'string', enum: Object.keys(stock), description: 'What is asked for.' };
const tools = [
  {
    name: 'stock',
    description: 'How many of an item are left.',
    inputSchema: { type: 'object', required: ['item'], properties: { item } },
    outputSchema: {
      type: 'object',
      required: ['item', 'left'],
      properties: { item: { type: 'string' }, left: { type: 'integer' } },
    },
    annotations: { readOnlyHint: true },
  },
  {
    name: 'order',
    description: 'Orders more of an item from the supplier.',
    inputSchema: {
      type: 'object',
      required: ['item', 'count'],
      properties: { item, count: { type: 'integer', minimum: 1 } },
    },
  },
];

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'stock', version: '1' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools }),
  'tools/call': ({ name, arguments: { item, count } }) => {
    if (name === 'order')
      return { content: [{ type: 'text', text: `${count} of ${item} are on their way` }] };
    const left = { item, left: stock[item] };
    return { structuredContent: left, content: [{ type: 'text', text: JSON.stringify(left) }] };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  const answer = answers[method];
  const reply =
    answer === undefined
      ? { error: { code: -32601, message: `no method "${method}"` } }
      : { result: answer(params ?? {}) };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...reply })}\n`);
}
