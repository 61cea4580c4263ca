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

/**
 * The unescaped segments of the JSON Pointer that the fragment of a URI holds (`/$defs/100%25`, without the `#`); undefined when what
 * follows a `%` is no encoded character.
 */
export function segmentsOfFragment(fragment: string): string[] | undefined {
  try {
    return segmentsOf(decodeURIComponent(fragment));
  } catch {
    return undefined;
  }
}

/** The fragment of a URI, without the `#`, for a JSON Pointer of these segments. */
export function fragmentOf(segments: readonly (string | number)[]): string {
  return encodeURI(pointer(...segments).toWellFormed()).replaceAll('#', '%23');
}
