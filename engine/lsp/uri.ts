import { fileURLToPath, pathToFileURL } from 'node:url';

/** The absolute path that a `file:` URI names; undefined for other URIs. */
export function pathOfUri(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    const path = fileURLToPath(uri);
    return path.length > 1 && /[\\/]$/.test(path) ? path.slice(0, -1) : path;
  } catch {
    return undefined;
  }
}

/** The `file:` URI of an absolute path. */
export function uriOfPath(path: string): string {
  return pathToFileURL(path).href;
}
