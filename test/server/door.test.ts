import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { Problem } from '../../engine/core/problem.ts';
import { createServer } from '../../engine/server/index.ts';
import { freePort } from '../fakes/free-port.ts';
import { startWorld, type World } from './world.ts';

describe('a server with something to do before it serves', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  it('lets nobody in before that is done, and then everybody who came and is still there', async () => {
    const server = createServer(world.engine, { port: 0 });
    const said: string[] = [];
    const answers: Promise<unknown>[] = [];
    const left = new AbortController();
    await server.listen(async ({ url }) => {
      answers.push(fetch(`${url}/health`).then(({ status }) => said.push(`health ${status}`)));
      const socket = new WebSocket(`${url.replace('http', 'ws')}/agents/echo/one`);
      answers.push(once(socket, 'message').then(() => said.push('socket')));
      const gone = fetch(`${url}/workflows/plain`, { method: 'POST', signal: left.signal });
      answers.push(gone.catch(() => said.push('left')));
      for (const path of ['/health', '/ready', '/runs']) await world.send('GET', path);
      left.abort();
      await answers.at(-1);
      said.push('first');
    });
    await Promise.all(answers);
    await server.close();
    expect(said.slice(0, 2)).to.deep.equal(['left', 'first']);
    expect(said.slice(2)).to.have.members(['health 200', 'socket']);
  });

  it('serves nothing when that fails, and may be told to listen again', async () => {
    const server = createServer(world.engine, { port: await freePort() });
    let at = '';
    const failing = server.listen(({ url }) => {
      at = url;
      return Promise.reject(new Problem('store_unavailable', 'no store'));
    });
    expect(await failing.catch((thrown: unknown) => (thrown as Problem).code)).to.equal('store_unavailable');
    expect(await fetch(`${at}/health`).catch((thrown: unknown) => (thrown as Error).name)).to.equal(
      'TypeError',
    );
    const { url } = await server.listen();
    expect((await fetch(`${url}/health`)).status).to.equal(200);
    await server.close();
  });
});
