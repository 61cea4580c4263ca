import Router from '@koa/router';
import { expect } from 'chai';
import { createFindRoute } from '../../engine/server/http/find-route.ts';
import { routes } from '../../engine/server/routes/routes.ts';
import type { Route } from '../../engine/server/route.ts';

const own = [
  '/',
  '/:any/tail',
  '/files/*rest',
  '/files-:id',
  '/v1.:id/x',
  '/Ümlaut/:id',
  '/agents/:name/first',
].map((path): Route => ({
  ...(routes[0] as Route),
  method: 'GET',
  path,
  operation: path,
}));

describe('the route of a request', () => {
  for (const basePath of ['', '/engine'])
    it(`is the first that the router finds, under "${basePath}"`, () => {
      const all = [...routes, ...own];
      const router = new Router({ sensitive: true, strict: true, prefix: basePath });
      for (const { path, method } of all) router.register(path, [method], () => undefined);
      const find = createFindRoute(router, all, basePath);
      const paths = all.flatMap(({ path }) => {
        const filled = path.replace(/[:*]\w+/g, 'a%2Fb');
        return [
          filled,
          `${filled}/`,
          filled.toUpperCase(),
          `/${filled}`,
          `${filled}/more`,
          filled.slice(0, -1),
        ];
      });
      for (const path of [...paths, '', '*', '/x/tail', '/files/a/b/c', '/nothing/at/all'])
        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
          for (const address of [basePath + path, path]) {
            const [layer] = router.match(address, method).pathAndMethod;
            const found = find(method, address);
            const expected = layer === undefined ? undefined : all[router.stack.indexOf(layer)]?.operation;
            expect(found?.route.operation, `${method} ${address}`).to.equal(expected);
          }
    });

  it('comes with the segments of its path, decoded', () => {
    const router = new Router({ sensitive: true, strict: true });
    for (const { path, method } of routes) router.register(path, [method], () => undefined);
    const found = createFindRoute(router, routes, '')('POST', '/agents/a%20b/c%2Fd/dispatch');
    expect(found?.params).to.deep.equal({ name: 'a b', id: 'c/d' });
  });
});
