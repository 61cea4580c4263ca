/** Builds a JSON Pointer (RFC 6901) from path segments: `pointer('steps', 0, 'if')` is `/steps/0/if`. */
export function pointer(...segments: readonly (string | number)[]): string {
  return segments
    .map((segment) => '/' + String(segment).replaceAll('~', '~0').replaceAll('/', '~1'))
    .join('');
}

/** Splits a JSON Pointer into unescaped segments; the empty pointer gives an empty list. */
export function segmentsOf(path: string): string[] {
  if (path === '') return [];
  return path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
