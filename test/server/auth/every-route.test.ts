import { expect } from 'chai';
import { subjectsOf } from '../../../engine/server/auth/subjects.ts';
import { routes } from '../../../engine/server/routes/routes.ts';
import { startAuthWorld, tokens, type AuthWorld } from './world.ts';

const { ann, bob, none, reader } = tokens;

/** Routes that everybody may use, and why. */
const open: Readonly<Record<string, string>> = {
  health: 'says that the process lives',
  ready: 'says that it takes work',
  receiveDelivery: 'the delivery is signed',
};

/**
 * What stands for each segment of a path: something of ann's, or of the project. A new segment needs a line here, and, where it is somebody's,
 * in engine/server/auth/subjects.ts.
 */
interface Names {
  readonly [path: string]: Readonly<Record<string, string>>;
}

describe('every route', () => {
  let world: AuthWorld;
  let names: Names;

  before(async () => {
    world = await startAuthWorld();
    await world.send(ann, 'POST', '/agents/echo/hers', { message: 'hi' });
    const sent = await world.send(ann, 'POST', '/agents/echo/hers/dispatch', { message: 'hi' });
    const run = String((await world.send(ann, 'POST', '/workflows/sign', {})).body['runId']);
    while ((await world.engine.runs.get(run)).state !== 'waiting') await new Promise(setImmediate);
    names = {
      '/agents/:name': { name: 'echo', id: 'hers', session: 'default', skill: 'none' },
      '/workflows/:name': { name: 'plain' },
      '/runs/:id': { id: run, topic: 'topic' },
      '/submissions/:id': { id: String(sent.body['submissionId']) },
      '/approvals/:id': { id: `${run}/ok` },
      '/schedules/:name': { name: 'none' },
      '/channels/:name': { name: 'none' },
      '/callbacks/:id': { id: 'none' },
    };
  });
  after(() => world.close());

  /** Where a route is, with something of ann's in it. */
  function placeOf(path: string): string {
    const bare = path.replace(/^\/admin(?=\/)/, '');
    const [, values = {}] = Object.entries(names).find(([begin]) => bare.startsWith(begin)) ?? [];
    return path.replace(/:(\w+)/g, (_, segment: string) => {
      const value = values[segment];
      if (value === undefined) throw new Error(`nothing is named for ":${segment}" of ${path}; see Names`);
      return encodeURIComponent(value);
    });
  }

  const closed = routes.filter(({ access }) => access !== 'public');

  it('is closed, but for those that say why not', () => {
    const found = routes.filter(({ access }) => access === 'public').map(({ operation }) => operation);
    expect(found.filter((operation) => open[operation] === undefined)).to.deep.equal([]);
  });

  it('that names something says whose that is', () => {
    const unsaid = routes.filter(
      ({ path }) => subjectsOf(path.replace(/^\/admin/, ''), {}, '') === undefined,
    );
    expect(unsaid.map(({ path }) => path)).to.deep.equal([]);
  });

  for (const { method, path, access, operation } of closed) {
    describe(`${operation}: ${method} ${path}`, () => {
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};

      it('asks who calls', async () => {
        const place = placeOf(path);
        const ways: readonly (readonly [way: string, path: string, authorization: string | undefined])[] = [
          ['no token', place, undefined],
          ['a wrong token', place, `Bearer ${ann}x`],
          ['an empty token', place, 'Bearer '],
          ['another scheme', place, `Basic ${Buffer.from(`ann:${ann}`).toString('base64')}`],
          ['a token in the address', `${place}?access_token=${ann}`, undefined],
          ['a token in the address as well', `${place}?token=${ann}`, `Bearer ${ann}`],
        ];
        for (const [way, at, authorization] of ways) {
          for (const asked of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
            const headers = authorization === undefined ? {} : { authorization };
            const { status, headers: given } = await world.send(undefined, asked, at, body, headers);
            expect([way, asked, status]).to.deep.equal([way, asked, 401]);
            expect(given.get('www-authenticate'), way).to.match(/^Bearer/);
          }
        }
      });

      if (access !== 'signed-in')
        it('wants its scope', async () => {
          const unscoped = access === 'runs' ? tokens.talker : reader;
          const { status, headers } = await world.send(unscoped, method, placeOf(path), body);
          expect([status, headers.get('www-authenticate')]).to.deep.equal([
            403,
            `Bearer error="insufficient_scope", scope="${String(access)}"`,
          ]);
          if (method !== 'GET' && access !== 'admin')
            expect((await world.send(none, method, placeOf(path), body)).status).to.equal(403);
        });

      if (/:(?:id|session|topic|step)/.test(path) && access !== 'admin')
        it('knows nothing of what is another caller’s', async () => {
          const { status, body: said } = await world.send(bob, method, placeOf(path), body);
          expect([status, JSON.stringify(said).includes('hi')]).to.deep.equal([404, false]);
        });
    });
  }

  it('left what is ann’s as it was', async () => {
    expect((await world.send(ann, 'GET', '/agents/echo/hers/sessions')).status).to.equal(200);
    const { body } = await world.send(ann, 'GET', placeOf('/runs/:id'));
    expect(body['state']).to.equal('waiting');
  });
});
