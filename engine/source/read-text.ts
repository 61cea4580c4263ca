import { open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';

/** Largest spec that is read, in bytes. */
export const maxFileBytes = 1024 * 1024;

/** The text of a file, or why it cannot be had, as the end of a sentence. */
export type ReadText = { readonly text: string } | { readonly fault: string; readonly missing: boolean };

/** Reads a UTF-8 text of at most `limit` bytes; a byte order mark stays in it. Never throws. */
export async function readText(path: string, limit = maxFileBytes): Promise<ReadText> {
  try {
    const handle = await open(path, 'r');
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return { fault: 'is not a file', missing: false };
      if (stat.size > limit) return { fault: `is larger than ${limit / 1024} KiB`, missing: false };
      const bytes = await handle.readFile();
      return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    return { fault: faultOf(thrown), missing: codeOf(thrown) === 'ENOENT' };
  }
}

/** Tells whether a path, symbolic links followed, lies in a folder whose real path is given. */
export async function staysInside(realRoot: string, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined);
  return (
    real !== undefined &&
    (real === realRoot || real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep))
  );
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}

function faultOf(thrown: unknown): string {
  switch (codeOf(thrown)) {
    case 'ENOENT':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'is not UTF-8 text';
    default:
      return 'cannot be read';
  }
}
