import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { Engine, EngineOptions } from '../../engine/api.ts';
import { deliveryId, type Delivery } from '../../engine/callbacks/delivery.ts';
import { namespaces, replace } from '../../engine/callbacks/places.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Store } from '../../engine/ports/store.ts';
import { programOf, type Files } from '../fakes/project.ts';
import { delivery, fulfil, projectOfHook, receive, secret, type Receiver } from './kit.ts';

/** A receiver that speaks no HTTP of its own. */
interface Raw {
  readonly url: string;
  /** Connections that are open at the moment, and the most there ever were. */
  readonly open: Set<Socket>;
  most: number;
  close(): void;
}

describe('callbacks whose receivers are', () => {
  const closing: { close(): void }[] = [];
  let engine: Engine | undefined;

  afterEach(async () => {
    await engine?.close();
    engine = undefined;
    for (const one of closing.splice(0)) one.close();
  });

  /** Calls `answer` with each request, counted from 1, once all of it is there. */
  async function raw(answer: (socket: Socket, count: number) => void): Promise<Raw> {
    let count = 0;
    const open = new Set<Socket>();
    const server: Server = createServer((socket) => {
      open.add(socket);
      own.most = Math.max(own.most, open.size);
      let text = '';
      socket.on('error', () => undefined);
      socket.once('close', () => open.delete(socket));
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
        if (end < 0 || text.length < end + 4 + length) return;
        text = '';
        count += 1;
        answer(socket, count);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.unref();
    const own: Raw = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
      ...{ open, most: 0 },
      close() {
        for (const socket of open) socket.destroy();
        server.close();
      },
    };
    closing.push(own);
    return own;
  }

  async function receiver(...how: Parameters<typeof receive>): Promise<Receiver> {
    const one = await receive(...how);
    closing.push(one);
    return one;
  }

  async function start(files: Files, options: EngineOptions = {}): Promise<Engine> {
    const program = await programOf(files);
    return (engine = await createEngine({ program, store: 'memory', env: { HOOK: secret }, ...options }));
  }

  async function taken(own: Engine, count: number): Promise<void> {
    while ((await own.callbacks.list({ states: ['succeeded'], limit: 1000 })).length < count)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

  it('so slow that they answer byte by byte: an attempt ends in its time, headers and all', async () => {
    const { url, open } = await raw((socket, count) => {
      if (count > 1) return void socket.write(ok);
      const text = `HTTP/1.1 200 OK\r\nx-slow: ${'x'.repeat(100_000)}`;
      let at = 0;
      const timer = setInterval(() => {
        if (socket.destroyed) clearInterval(timer);
        else socket.write(text.charAt((at += 1) - 1));
      }, 5);
    });
    const own = await start(projectOfHook(url, { timeout: '2s' }));
    await fulfil(own);
    const { id } = await delivery(own);
    const { state, tries } = await own.callbacks.get(id);
    expect(state).to.equal('succeeded');
    expect(tries[0]?.error).to.include({
      type: 'timeout',
      message: 'callback "hook": no answer within 2000 ms',
    });
    while (open.size > 1) await new Promise(setImmediate);
  }).timeout(120_000);

  it('so slow with what nobody reads that connections would pile up: few are open, and all is taken', async () => {
    const own = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
      const timer = setInterval(() => {
        if (socket.destroyed) clearInterval(timer);
        else socket.write('x');
      }, 50);
    });
    const engine = await start(projectOfHook(own.url, { timeout: '10m' }));
    await Promise.all(Array.from({ length: 16 }, (_, n) => fulfil(engine, n)));
    await taken(engine, 16);
    // Those that were let go may not have closed here yet.
    expect(own.most).to.be.at.most(8);
    while (own.open.size > 0) await new Promise(setImmediate);
  }).timeout(120_000);

  it('talkative without end, packed or not: little of it is read', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    let sent = 0;
    const own = await raw((socket, count) => {
      if (count === 1) {
        socket.write('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n');
        socket.write(`${bomb.length.toString(16)}\r\n`);
        return void socket.write(bomb);
      }
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      socket.on('drain', more);
      more();
    });
    const engine = await start(projectOfHook(own.url));
    await fulfil(engine, 1);
    await taken(engine, 1);
    await fulfil(engine, 2);
    await taken(engine, 2);
    while (own.open.size > 0) await new Promise(setImmediate);
    expect(sent).to.be.below(50_000_000);
  }).timeout(120_000);

  for (const [what, answer] of [
    ['dead as soon as they have it', ''],
    ['dead in the midst of their answer', 'HTTP/1.1 200 OK\r\nconte'],
    ['no web servers at all', 'HELO receiver.example\r\n\r\n'],
    ['full of headers', `HTTP/1.1 200 OK\r\nx-much: ${'x'.repeat(1_000_000)}\r\n\r\n`],
    [
      'of another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n',
    ],
  ] as const)
    it(`${what}: they are asked again`, async () => {
      const { url } = await raw((socket, count) => {
        if (count > 1) socket.write(ok);
        else socket.end(answer);
      });
      const own = await start(projectOfHook(url, { timeout: '10m' }));
      await fulfil(own);
      const { id } = await delivery(own);
      const { state, tries } = await own.callbacks.get(id);
      expect([state, tries.map(({ error }) => error?.type)]).to.deep.equal([
        'succeeded',
        ['callback_failed', undefined],
      ]);
    }).timeout(120_000);

  it('not willing to read all of what is told: their answer counts, however much was left to send', async () => {
    const memory = openMemoryStore();
    const impatient = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 413 Too Large\r\nconnection: close\r\n\r\n'));
    });
    await new Promise<void>((resolve) => impatient.listen(0, '127.0.0.1', resolve));
    closing.push({ close: () => impatient.close() });
    const url = `http://127.0.0.1:${(impatient.address() as AddressInfo).port}/hook`;
    const big: Delivery = {
      ...{ id: deliveryId('e#1', 1, 'hook'), callback: 'hook', event: 'run_end' },
      ...{ executionId: 'workflow:a:1', state: 'queued', createdAt: 1, dueAt: 1 },
      ...{ attempts: 0, tries: 0, log: [] },
    };
    await replace(memory.documents, undefined, big);
    await memory.documents.set(namespaces.bodies, big.id, JSON.stringify('x'.repeat(20_000_000)));
    const engine = await start(projectOfHook(url, { retry: { maxAttempts: 2 } }), { store: memory });
    const { state, error } = await delivery(engine);
    expect(state).to.equal('failed');
    // The end of the connection may be seen before the answer is.
    expect(error?.type).to.equal('callback_failed');
  }).timeout(120_000);

  for (const asked of [
    '99999999999999999999999999',
    `${'9'.repeat(400)}`,
    'Fri, 31 Dec 9999 23:59:59 GMT',
    '-7',
    'whenever you like',
  ])
    it(`busy for "${asked.slice(0, 30)}": they are asked again in the longest wait`, async () => {
      const { url } = await receiver((response) => response.writeHead(429, { 'retry-after': asked }).end());
      const own = await start(projectOfHook(url, { retry: { delay: '1h', maxDelay: '2h' } }));
      const before = Date.now();
      await fulfil(own);
      const { nextAt = '' } = await delivery(own, ({ state }) => state === 'waiting');
      const waitMs = Date.parse(nextAt) - before;
      expect(waitMs).to.be.within(1_800_000, 7_200_000 + Date.now() - before);
    });

  it('dead, with 1,000 deliveries waiting: those of others are told at once, and few are in memory', async () => {
    const live = await receiver();
    const hanging: Socket[] = [];
    const dead = await raw((socket) => void hanging.push(socket));
    const files = projectOfHook(live.url);
    const hook = { sign: { secret: 'HOOK' }, timeout: '10m' };
    const callbacks = { dead: { ...hook, url: dead.url }, live: { ...hook, url: live.url } };
    const config = { ...(files['engine.yaml'] as object), callbacks };
    const memory = openMemoryStore();
    for (let n = 0; n < 1_000; n += 1) {
      const waiting: Delivery = {
        ...{ id: deliveryId(`e#${n}`, n, 'dead'), callback: 'dead', event: 'run_end' },
        ...{ executionId: `workflow:a:${n}`, state: 'queued', createdAt: n, dueAt: n },
        ...{ attempts: 0, tries: 0, log: [] },
      };
      await replace(memory.documents, undefined, waiting);
      await memory.documents.set(namespaces.bodies, waiting.id, '{}');
    }
    let bodies = 0;
    const { documents } = memory;
    const store: Store = {
      ...memory,
      documents: {
        ...documents,
        getMany(namespace, keys) {
          if (namespace === namespaces.bodies) bodies += keys.length;
          return documents.getMany(namespace, keys);
        },
      },
    };
    const own = await start({ ...files, 'engine.yaml': config }, { store });
    while (hanging.length < 4) await new Promise(setImmediate);
    await Promise.all(Array.from({ length: 20 }, (_, n) => fulfil(own, n)));
    await live.received(20);
    expect(dead.most).to.equal(4);
    while ((await own.callbacks.list({ callback: 'live', states: ['succeeded'] })).length < 20)
      await new Promise(setImmediate);
    expect(bodies).to.equal(24);
    for (const socket of hanging) socket.destroy();
  }).timeout(120_000);

  it('refusing all with 4xx: each delivery goes its own way, and what has lost its text is given up', async () => {
    const memory = openMemoryStore();
    const { url } = await receiver((response) => void response.writeHead(400).end());
    const own = await start(projectOfHook(url, { retry: { maxAttempts: 2, delay: '1ms' } }), {
      store: memory,
    });
    const lost: Delivery = {
      ...{ id: deliveryId('e#1', 1, 'hook'), callback: 'hook', event: 'run_end' },
      ...{ executionId: 'workflow:a:1', state: 'queued', createdAt: 1, dueAt: 1 },
      ...{ attempts: 0, tries: 0, log: [] },
    };
    await replace(memory.documents, undefined, lost);
    await Promise.all(Array.from({ length: 10 }, (_, n) => fulfil(own, n)));
    while ((await own.callbacks.list({ states: ['failed'] })).length < 11) await new Promise(setImmediate);
    const details = await own.callbacks.get(lost.id);
    expect(details).to.deep.include({ body: null, attempts: 0 });
    expect(details.error).to.include({
      type: 'store_corrupt',
      message: `the store has lost what delivery "${lost.id}" says`,
    });
  });
});
