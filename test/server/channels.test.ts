import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import Koa from 'koa';
import {
  createServer as createHttpServer,
  request as httpRequest,
  type Server as HttpServer,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { Engine } from '../../engine/api.ts';
import { Problem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Store } from '../../engine/ports/store.ts';
import { createServer, type Server } from '../../engine/server/index.ts';
import { programOf } from '../fakes/project.ts';
import { projectWith } from '../channels/world.ts';

const files = projectWith({
  'src/channels/hub.yaml': 'agent: clerk\nscheme: github\nsecret: HOOK\n',
  'src/channels/sms.yaml':
    "agent: clerk\nscheme: twilio\nsecret: HOOK\nverify: { url: 'https://bots.example.com/channels/sms' }\n",
  'src/channels/chat.yaml': 'agent: clerk\nscheme: slack\nsecret: HOOK\n',
});
const signed = (body: string | Buffer): string =>
  `sha256=${createHmac('sha256', 'geheim').update(body).digest('hex')}`;

describe('server: channels', () => {
  let engine: Engine;
  let server: Server;
  let url: string;
  const store = openMemoryStore();
  let broken = false;
  const notes: string[] = [];
  const breakable: Store = {
    ...store,
    executions: {
      ...store.executions,
      insert: (execution, records) =>
        broken
          ? Promise.reject(new Problem('store_unavailable', 'the disk is full'))
          : store.executions.insert(execution, records),
    },
  };

  before(async () => {
    engine = await createEngine({
      program: await programOf(files),
      store: breakable,
      env: { HOOK: 'geheim' },
    });
    server = createServer(engine, {
      port: 0,
      bodyBytes: 10_000,
      log: () => undefined,
      onRequest: ({ note }) => void (note !== undefined && notes.push(note)),
    });
    ({ url } = await server.listen());
  });
  after(async () => {
    await server.close();
    await engine.close();
  });

  const post = (
    body: string | Buffer,
    headers: Record<string, string | string[]>,
    to = `${url}/channels/hub`,
  ): Promise<{ status: number; type: string; text: string }> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(to, { method: 'POST', headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => void chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });

  it('bytes are verified as they came, whatever their type', async () => {
    for (const [type, body, status] of [
      ['application/json', ' {"b" : 1,\n"a":2 } ', 202],
      ['application/json; charset=utf-8', '{"c":3}', 202],
      ['application/x-www-form-urlencoded', 'payload=%7B%22a%22%3A1%7D', 202],
      ['text/plain', 'just text', 202],
      ['application/json', '{"broken"', 400],
      ['application/octet-stream', Buffer.from([0xff, 0xfe]), 400],
      ['application/json', '', 202],
      ['application/json; charset=iso-8859-1', Buffer.from('{"d":"ä"}', 'latin1'), 400],
      ['text/plain', Buffer.from('Grüße', 'latin1'), 400],
      ['text/plain; charset="nobodys"', 'Hello', 415],
    ] as const) {
      const headers = { 'content-type': type, 'x-hub-signature-256': signed(body) };
      expect((await post(body, headers)).status, String(body)).to.equal(status);
    }
  });

  it('a text is read in the encoding that it names', async () => {
    const body = Buffer.from('Grüße', 'latin1');
    const headers = {
      'content-type': 'text/plain; Charset="ISO-8859-1"',
      'x-hub-signature-256': signed(body),
    };
    const { status, text } = await post(body, headers);
    expect(status).to.equal(202);
    const { submissionId } = JSON.parse(text) as { submissionId: string };
    expect((await engine.submissions.get(submissionId)).message).to.contain('Grüße');
  });

  it('the query is the sender’s own, and a body without a type is what it looks like', async () => {
    for (const [body, status] of [
      ['Hello, World!', 202],
      [' {"untyped":1}', 202],
      ['{"untyped"', 400],
    ] as const) {
      const headers = { 'x-hub-signature-256': signed(body) };
      const to = `${url}/channels/hub?tenant=7&tenant=8&__proto__=x`;
      expect((await post(body, headers, to)).status, body).to.equal(status);
    }
  });

  it('a header that comes twice, or holds two signatures, is refused', async () => {
    const body = '{"twice":1}';
    const type = 'application/json';
    const twice = { 'content-type': type, 'x-hub-signature-256': [signed(body), signed(body)] };
    expect((await post(body, twice)).status).to.equal(401);
    const joined = { 'content-type': type, 'x-hub-signature-256': `${signed(body)}, ${signed(body)}` };
    expect((await post(body, joined)).status).to.equal(401);
    expect((await post(body, { 'content-type': type })).status).to.equal(401);
  });

  it('bodies that are too large or compressed are refused, GET is not known', async () => {
    const large = 'x'.repeat(20_000);
    expect((await post(large, { 'x-hub-signature-256': signed(large) })).status).to.equal(413);
    const packed = { 'content-encoding': 'gzip', 'x-hub-signature-256': signed('x') };
    expect((await post('x', packed)).status).to.equal(415);
    expect((await fetch(`${url}/channels/hub`)).status).to.equal(405);
    expect((await post('{}', {}, `${url}/channels/hup`)).status).to.equal(404);
  });

  it('Twilio hears XML, Slack nothing', async () => {
    const signature = createHmac('sha1', 'geheim')
      .update('https://bots.example.com/channels/smsBodyHi there')
      .digest('base64');
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
    expect(await post('Body=Hi+there', form, `${url}/channels/sms`)).to.deep.equal({
      status: 200,
      type: 'text/xml',
      text: '<Response/>',
    });
    const time = String(Math.floor(Date.now() / 1000));
    const slack = `v0=${createHmac('sha256', 'geheim').update(`v0:${time}:{"event":{}}`).digest('hex')}`;
    const headers = { 'x-slack-request-timestamp': time, 'x-slack-signature': slack };
    const { status, text } = await post('{"event":{}}', headers, `${url}/channels/chat`);
    expect({ status, text }).to.deep.equal({ status: 200, text: '' });
  });

  it('what could not be stored is not taken: the service shall send it again', async () => {
    const body = '{"again":1}';
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signed(body) };
    broken = true;
    const refused = await post(body, headers);
    broken = false;
    expect(refused.status).to.equal(503);
    expect((await post(body, headers)).status).to.equal(202);
  });

  it('the log says what became of each', async () => {
    notes.length = 0;
    for (const body of ['{"sender":{"type":"Bot"}}', '{"log":1}', '{"log":1}'])
      await post(body, { 'content-type': 'application/json', 'x-hub-signature-256': signed(body) });
    await new Promise((resolve) => setImmediate(resolve));
    expect(notes.map((note) => note.replace(/sub_\w+/, 'sub_'))).to.deep.equal([
      'dropped: own_message',
      'accepted: sub_',
      'repeated: sub_',
    ]);
  });

  it('is told of in the description of the API', async () => {
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId: string; security?: unknown }>>;
    };
    expect(paths['/channels/{name}']?.['post']?.operationId).to.equal('receiveDelivery');
    expect(paths['/channels']?.['get']?.operationId).to.equal('listChannels');
  });

  it('inside an app that has parsed the body there is nothing left to verify', async () => {
    const app = new Koa();
    app.use(async (context, next) => {
      const chunks: Buffer[] = [];
      for await (const chunk of context.req) chunks.push(chunk as Buffer);
      (context.request as { body?: unknown }).body =
        context.get('x-keep') === '' ? JSON.parse(Buffer.concat(chunks).toString()) : Buffer.concat(chunks);
      await next();
    });
    app.use(server.middleware());
    const answer = app.callback();
    const http: HttpServer = createHttpServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const inside = `http://127.0.0.1:${(http.address() as AddressInfo).port}/channels/hub`;
    const body = '{ "inside": 1 }';
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signed(body) };
    expect((await post(body, headers, inside)).status).to.equal(500);
    expect((await post(body, { ...headers, 'x-keep': 'bytes' }, inside)).status).to.equal(202);
    http.closeAllConnections();
    http.close();
  });

  it('a server whose channel has no secret does not start', async () => {
    const bare = await createEngine({ program: await programOf(files), store: 'memory', env: {} });
    const deaf = createServer(bare, { port: 0 });
    const failure = await deaf.listen().catch((thrown: unknown) => thrown);
    expect(failure).to.be.instanceOf(Problem);
    expect((failure as Problem).toData()).to.deep.include({
      type: 'missing_secret',
      details: { channel: 'chat', secret: 'HOOK' },
    });
    expect(() => deaf.middleware()).to.throw('the secret "HOOK" is not set');
    await deaf.close();
    await bare.close();
  });
});
