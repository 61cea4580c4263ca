import type Router from '@koa/router';
import type { Route } from '../route.ts';

/** A route that serves a request, and the decoded segments of its path. */
export interface Found {
  readonly route: Route;
  readonly params: Record<string, string>;
}

/**
 * Finds the route of a request; undefined where none serves it. `routes` are those of the router, in their order, and the first that
 * matches serves. The router itself would try all patterns one after the other; here only those are that begin with the same segment
 * and have as many.
 */
export function createFindRoute(
  router: Router,
  routes: readonly Route[],
  basePath: string,
): (method: string, path: string) => Found | undefined {
  const places = routes.map((route, at) => ({ route, shape: shapeOf(route.path), layer: router.stack[at] }));
  const shapes = new Set(places.map(({ shape }) => shape));
  const candidates = (shape: string | undefined): typeof places =>
    places.filter((place) => place.shape === undefined || place.shape === shape);
  const byShape = new Map([...shapes].map((shape) => [shape, candidates(shape)]));
  const ofAnyShape = candidates(undefined);
  return (method, path) => {
    for (const { route, layer } of byShape.get(countedPath(path, basePath.length)) ?? ofAnyShape)
      if (layer?.methods.includes(method) === true && layer.match(path))
        return { route, params: layer.params(path, layer.captures(path)) };
    return undefined;
  };
}

/** What a path of a route has in common with all that it matches; undefined where that is not known. */
function shapeOf(path: string): string | undefined {
  return /^\/(?:$|[^/]*:)|[*{}()\\]/.test(path) ? undefined : countedPath(path, 0);
}

/** The first segment behind a prefix, with the number of segments in front. */
function countedPath(path: string, start: number): string {
  let count = 0;
  let end = path.length;
  for (let at = path.indexOf('/', start + 1); at !== -1; at = path.indexOf('/', at + 1)) {
    if (count === 0) end = at;
    count += 1;
  }
  return `${count}${path.slice(start, end)}`;
}
