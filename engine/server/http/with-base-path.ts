/** A path in front of every route: empty, or like `/engine`, without a slash at its end. */
export function basePathOf(path: string): string {
  return path.replace(/\/+$/, '');
}

/** Headers of an answer with the base path in front of where `Location` leads. */
export function withBasePath(
  headers: Readonly<Record<string, string>> | undefined,
  basePath: string,
): Readonly<Record<string, string>> {
  if (headers === undefined || basePath === '') return headers ?? {};
  const { Location, ...others } = headers;
  return Location === undefined ? others : { ...others, Location: basePath + Location };
}

/** Whether an address lies under the base path. */
export function isInside(url: string, basePath: string): boolean {
  const [path = ''] = url.split('?');
  return path === basePath || path.startsWith(`${basePath}/`);
}
