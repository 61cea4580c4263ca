import { idFault } from '../core/ids.ts';
import { Problem } from '../core/problem.ts';
import type { Request } from './request.ts';

/** A path of segments, each encoded; throws Problem `invalid_request` for a segment that no URL can carry. */
export function pathOf(...segments: readonly string[]): string {
  return segments
    .map((segment) => {
      const fault = idFault(segment);
      if (fault !== undefined) throw new Problem('invalid_request', `"${segment}" ${fault}`);
      return `/${encodeURIComponent(segment)}`;
    })
    .join('');
}

/** The id of what was started, from the `Location` of the answer. */
export function namedBy({ headers }: Response): string {
  return decodeURIComponent((headers.get('location') ?? '').replace(/^.*\//, ''));
}

/** The query with its `?`; what is undefined is left out. */
export function queryText(query: Request['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}
