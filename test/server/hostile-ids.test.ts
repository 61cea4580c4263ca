import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { startWorld, type World } from './world.ts';

describe('a hostile id', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  const prompt = (id: string): ReturnType<World['send']> =>
    world.send('POST', `/agents/echo/${id}`, { message: id });

  it('that is no text, is too long or means another place is refused', async () => {
    const long = 'x'.repeat(5_000);
    for (const id of [
      '%00',
      'a%00b',
      '%0a',
      'a%0d%0aX-Evil:y',
      '%7f',
      long,
      '.%2e%00',
      '%C0%AF',
      '%ED%A0%80',
      '%zz',
      '%',
    ])
      expect([id.slice(0, 20), (await prompt(id)).status]).to.deep.equal([id.slice(0, 20), 400]);
    // What a client takes for steps in a path does not come to the server as such.
    for (const id of ['', '/', '..']) expect((await prompt(id)).status, id).to.be.oneOf([404, 405]);
  });

  it('that looks like a path, a query or a name of JavaScript is one instance of its own', async () => {
    const ids = [
      ...['..%2f..%2fetc%2fpasswd', '%2f', 'a%2fb', 'a%5cb', 'a:b', 'a%3Fb', 'a%23b', 'a;b', 'CON', '%20'],
      ...[
        '__proto__',
        'constructor',
        'toString',
        '%E2%80%AE',
        'caf%C3%A9',
        'cafe%CC%81',
        "';--",
        '%F0%9F%98%80',
      ],
    ];
    for (const id of ids) expect((await prompt(id)).status, id).to.equal(200);
    for (const id of ids) {
      const { body } = await world.send('GET', `/agents/echo/${id}/sessions/default`);
      expect(body['messages'], id).to.have.length(2);
      expect(JSON.stringify(body['messages'])).to.include(id);
    }
  });

  it('of anything else there is none', async () => {
    for (const id of ['%00', '..%2f..', '__proto__', 'constructor', 'x'.repeat(5_000)])
      for (const path of ['runs', 'submissions', 'agents', 'workflows', 'schedules'])
        expect((await world.send('GET', `/${path}/${id}`)).status, path).to.be.oneOf([404, 405]);
  });

  it('of a socket is held to the same', async () => {
    for (const [id, status] of [
      ['%00', 400],
      ['%zz', 400],
      ['x'.repeat(5_000), 400],
      ['', 404],
    ] as const) {
      const socket = new WebSocket(`${world.url.replace('http', 'ws')}/agents/echo/${id}`);
      socket.on('error', () => undefined);
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
      expect([id.slice(0, 5), response.statusCode]).to.deep.equal([id.slice(0, 5), status]);
      socket.terminate();
    }
  });
});
