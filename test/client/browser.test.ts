import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import {
  connect,
  createServer as createNetServer,
  type AddressInfo,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { createServer, type Server } from '../../engine/server/index.ts';
import { programOf, temporaryFolder } from '../fakes/project.ts';
import { gatedModels, type GatedModels } from '../server/gated-models.ts';

const executablePath = '/usr/bin/chromium';
const root = join(import.meta.dirname, '../..');
const token = 'token-of-the-page-0123456789';

/** Most bytes of the client in a page, minified: before and after compression. */
const bounds = { plain: 40_000, packed: 13_000 };

describe('the client in a browser', function () {
  this.timeout(120_000);
  let text: string;
  let engine: Engine;
  let gate: GatedModels;
  let server: Server;
  let cuts: { readonly url: string; cut(): void; close(): Promise<void> };
  let pages: HttpServer;
  let origin: string;
  let browser: Browser;
  let page: Page;

  before(async function () {
    text = await bundled();
    if (!existsSync(executablePath)) {
      console.log('      left out: there is no /usr/bin/chromium');
      return;
    }
    pages = createHttpServer((request, response) => {
      if (request.url === '/client.js') response.setHeader('content-type', 'text/javascript').end(text);
      else response.setHeader('content-type', 'text/html').end('<script src="/client.js"></script>');
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    const program = await programOf({
      'engine.yaml': {
        name: 'shop',
        model: 'script/echo',
        secrets: { PAGE: { env: 'PAGE' } },
        server: { auth: { tokens: [{ name: 'page', secret: 'PAGE' }] }, cors: { origins: [origin] } },
      },
      'models/echo.yaml': { default: { text: 'unused' } },
      'agents/echo.md': '---\ndescription: Repeats.\n---\nRepeat.\n',
      'workflows/plain.yaml': { description: 'Gives 1.', steps: [{ id: 'one', set: { one: 1 } }] },
    });
    gate = gatedModels();
    engine = await createEngine({
      program,
      store: 'memory',
      env: { PAGE: token },
      ports: { models: gate.models },
    });
    server = createServer(engine, { port: 0, log: () => undefined });
    const { port } = await server.listen();
    cuts = await proxyOf(port);
    browser = await chromium.launch({
      executablePath,
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
        ...['--disable-background-networking', '--disable-component-update'],
      ],
    });
    page = await browser.newPage();
    await page.goto(origin);
  });
  after(async () => {
    gate?.open();
    await browser?.close();
    await cuts?.close();
    await server?.close();
    await engine?.close();
    pages?.close();
  });

  /** Runs code in the page, which has `client`, `Problem`s as their codes, and `all`. */
  const inPage = async (code: string, options = ''): Promise<unknown> =>
    page.evaluate(`(async () => {
      const client = flue.createClient({ baseUrl: ${JSON.stringify(cuts.url)}, token: async () => ${JSON.stringify(token)}, ${options} });
      const all = async (items) => { const list = []; for await (const item of items) list.push(item); return list; };
      ${code}
    })()`);
  const inBrowser = (title: string, work: () => Promise<void>): void => {
    it(title, async function () {
      if (browser === undefined) this.skip();
      await work();
    });
  };

  it('is small, and asks for nothing of Node', () => {
    const packed = gzipSync(text).length;
    console.log(`      ${text.length} bytes, ${packed} compressed`);
    expect(text.length).to.be.below(bounds.plain);
    expect(packed).to.be.below(bounds.packed);
    expect(text).not.to.match(/node:|\brequire\(|\bprocess\.|\bBuffer\b/);
  });

  inBrowser('calls another origin with a token, and is refused without one', async () => {
    const answer = await inPage(
      `return (await client.agents.invoke('echo', 'one', { message: 'Hi' })).text;`,
    );
    expect(answer).to.equal('You said: Hi');
    const runs = await inPage(`
      await client.workflows.invoke('plain', {}, { wait: true });
      return (await all(client.runs.all())).length;`);
    expect(runs).to.equal(1);
    const refused = await inPage(
      `return client.agents.list().then(() => 'none', ({ code, status }) => code + ' ' + status);`,
      `token: 'another-token-0123456789'`,
    );
    expect(refused).to.equal('unauthorized 401');
  });

  inBrowser('follows a prompt over an event stream that is cut in between', async () => {
    const events = inPage(`
      const events = [];
      for await (const { type, index } of client.agents.stream('echo', 'two', { message: 'wait' })) {
        events.push({ type, index });
        if (events.length === 1) document.title = 'begun';
      }
      return events;`);
    await page.waitForFunction(`document.title === 'begun'`);
    await gate.reached;
    cuts.cut();
    gate.open();
    const seen = (await events) as { type: string; index: number }[];
    const stored = seen.filter(({ index }) => index > 0).map(({ index }) => index);
    expect(stored).to.deep.equal(stored.map((_, at) => at + 1));
    expect(seen.at(-1)?.type).to.equal('submission_end');
  });

  inBrowser('talks over a socket that is cut in between', async () => {
    const first = await inPage(`
      window.socket = await client.agents.connect('echo', 'three');
      return (await window.socket.prompt('Hi')).text;`);
    expect(first).to.equal('You said: Hi');
    cuts.cut();
    expect(await inPage(`return (await window.socket.prompt('Again')).text;`)).to.equal('You said: Again');
    await inPage('window.socket.close();');
  });

  inBrowser('ends calls, streams and sockets by a signal', async () => {
    const codes = await inPage(`
      const codeOf = (work) => work.then(() => 'none', ({ code }) => code);
      const signal = AbortSignal.abort();
      const later = new AbortController();
      const call = codeOf(client.agents.invoke('echo', 'four', { message: 'Hi' }, { signal: later.signal }));
      later.abort();
      return [
        await call,
        await codeOf(client.health({ signal })),
        await codeOf(all(client.agents.stream('echo', 'four', { message: 'Hi' }, { signal }))),
        await codeOf(client.agents.connect('echo', 'four', { signal })),
      ];`);
    expect(codes).to.deep.equal(['aborted', 'aborted', 'aborted', 'aborted']);
  });
});

/** The client of the package as it is built, as one script of a page. */
async function bundled(): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const script = join(root, 'scripts/bundle.mjs');
  const { bundle } = (await import(script)) as { bundle(outdir: string): Promise<void> };
  await bundle(folder);
  const outfile = join(folder, 'page.js');
  await build({
    entryPoints: [join(folder, 'client/index.js')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'flue',
    nodePaths: [join(root, 'node_modules')],
    logLevel: 'warning',
  });
  return readFileSync(outfile, 'utf8');
}

/** What stands in front of a port, and can cut all connections. */
async function proxyOf(port: number): Promise<{ url: string; cut(): void; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const proxy: NetServer = createNetServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cut,
    async close() {
      cut();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
