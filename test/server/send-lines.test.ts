import type { Server as HttpServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import Koa from 'koa';
import { sendLines } from '../../engine/server/answers/send-other.ts';

describe('the sending of lines', () => {
  let http: HttpServer;
  afterEach(() => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  });

  it('to a client that takes nothing ends after some time, and lets go of the lines', async () => {
    let gone: () => void = () => undefined;
    const letGo = new Promise<void>((resolve) => (gone = resolve));
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) yield await Promise.resolve(`${'x'.repeat(100_000)}\n`);
      } finally {
        gone();
      }
    }
    const port = await serve(endless, 100);
    const client = connect(port, '127.0.0.1').pause();
    client.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await letGo;
    client.destroy();
  });

  it('to a client that reads comes to the end', async () => {
    async function* many(): AsyncGenerator<string> {
      for (let count = 0; count < 100; count += 1) yield await Promise.resolve(`${'x'.repeat(100_000)}\n`);
    }
    const answer = await fetch(`http://127.0.0.1:${await serve(many, 60_000)}`);
    expect(await answer.text()).to.have.length(100 * 100_001);
  });

  async function serve(lines: () => AsyncIterable<string>, stallMs: number): Promise<number> {
    const app = new Koa().use((context) => sendLines(context, lines(), {}, stallMs));
    http = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => http.once('listening', resolve));
    return (http.address() as AddressInfo).port;
  }
});
