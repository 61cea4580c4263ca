// The API of the example, kept in memory: `node examples/warehouse/api.mjs [port]`.
import { createServer } from 'node:http';

const key = process.env['STOCK_KEY'] ?? 'demo-stock-key';
const stock = new Map([
  ['lamp', 2],
  ['chair', 14],
]);
/** Orders by the key of the call that made them: the same call orders nothing more. */
const orders = new Map();

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { status, body } = answer(request, Buffer.concat(chunks).toString());
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
});

function answer({ method, url = '', headers }, text) {
  if (headers.authorization !== `Bearer ${key}`) return { status: 401, body: { error: 'who are you?' } };
  const item = decodeURIComponent(/^\/items\/([^/?]+)$/.exec(url)?.[1] ?? '');
  if (method === 'GET' && stock.has(item)) return { status: 200, body: { item, count: stock.get(item) } };
  if (method === 'POST' && url === '/orders') {
    const call = headers['idempotency-key'];
    if (!orders.has(call)) orders.set(call, { order: `o-${orders.size + 1}`, ...JSON.parse(text) });
    return { status: 201, body: orders.get(call) };
  }
  return { status: 404, body: { error: 'there is no such thing' } };
}

server.listen(Number(process.argv[2] ?? 8790), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
