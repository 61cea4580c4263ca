// The least that a start of a server can cost: Koa, and one answer. `node start-bare.mjs <port>`.
import Koa from 'koa';

const app = new Koa();
app.use((context) => {
  context.body = { status: 'ok' };
});
app.listen(Number(process.argv[2]), '127.0.0.1');
