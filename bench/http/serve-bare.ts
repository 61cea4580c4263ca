import { createServer as createHttpServer, type Server } from 'node:http';
import Router from '@koa/router';
import Koa from 'koa';
import { WebSocketServer } from 'ws';
import { noUsage } from '../../engine/core/message.ts';
import { readBody } from '../../engine/server/requests/read-body.ts';

const submissionId = 'sub_01ARZ3NDEKTSV4RRFFQ69G5FAV';

/**
 * The floor: Koa and `ws` with nothing behind them, which read the same requests and answer with as much as the engine does, an
 * answer of JSON, of events, a receipt, or two frames.
 */
export function serveBare(): Server {
  const router = new Router();
  router.post('/agents/:name/:id', async (context) => {
    const { message } = (await readBody(context.req, 1024 * 1024)) as { message: string };
    const text = `You said: ${message}`;
    const result = {
      text,
      output: text,
      usage: noUsage,
      model: 'script/instant',
      submissionId,
      attempts: 1,
    };
    if (context.accepts('application/json', 'text/event-stream') === 'application/json') {
      context.body = { result };
      return;
    }
    context.respond = false;
    context.res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    for (const [index, type] of types.entries()) {
      const event = { v: 1, type, submissionId, index, timestamp: new Date().toISOString(), result };
      context.res.write(`id: ${index}\nevent: ${type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    context.res.end();
  });
  router.post('/agents/:name/:id/dispatch', async (context) => {
    await readBody(context.req, 1024 * 1024);
    context.status = 202;
    context.body = { submissionId, acceptedAt: new Date().toISOString() };
  });
  const app = new Koa();
  app.use(router.routes());
  const handle = app.callback();
  const server = createHttpServer((incoming, response) => void handle(incoming, response));
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const { requestId } = JSON.parse(data.toString()) as { requestId: string };
      socket.send(JSON.stringify({ v: 1, type: 'started', requestId, submissionId }));
      for (const [index, type] of types.entries())
        socket.send(JSON.stringify({ v: 1, type: 'event', requestId, event: { type, submissionId, index } }));
      socket.send(JSON.stringify({ v: 1, type: 'result', requestId, result: { text: 'Good morning.' } }));
    });
  });
  return server;
}

/** Events of one prompt to the engine. */
const types = [
  ...['submission_queued', 'operation_start', 'model_start', 'text_delta', 'model_end', 'operation_end'],
  'submission_end',
];
