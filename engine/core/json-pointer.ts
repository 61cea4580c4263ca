/** Builds a JSON Pointer (RFC 6901) from path segments: `pointer('steps', 0, 'if')` is `/steps/0/if`. */
export function pointer(...segments: readonly (string | number)[]): string {
  let path = '';
  for (const segment of segments) path += '/' + (typeof segment === 'number' ? segment : escaped(segment));
  return path;
}

function escaped(segment: string): string {
  return segment.includes('~') || segment.includes('/')
    ? segment.replaceAll('~', '~0').replaceAll('/', '~1')
    : segment;
}

/** Splits a JSON Pointer into unescaped segments; the empty pointer gives an empty list. */
export function segmentsOf(path: string): string[] {
  if (path === '') return [];
  return path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
