import { Problem } from '../../core/problem.ts';

/**
 * An error of the virtual file system as a Problem: `sandbox_denied` when policy refused, else `sandbox_failed`.
 * @param path as the caller wrote it.
 */
export function fileProblem(thrown: unknown, path: string): Problem {
  if (thrown instanceof Problem) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = /\bE[A-Z]{3,}\b/.exec(message)?.[0] ?? '';
  const denial = denials[code];
  if (denial !== undefined) {
    return new Problem('sandbox_denied', `${denial}: ${detailOf(message, path)}`, { cause: thrown });
  }
  const failure = failures[code] ?? 'the file system failed on';
  return new Problem('sandbox_failed', `${failure} "${path}"`, { cause: thrown });
}

const denials: Readonly<Record<string, string>> = {
  EROFS: 'writing is not allowed',
  EACCES: 'access is not allowed',
  EPERM: 'access is not allowed',
  EBUSY: 'removing is not allowed',
};

const failures: Readonly<Record<string, string>> = {
  ENOENT: 'there is no file or folder',
  EISDIR: 'this is a folder, not a file:',
  ENOTDIR: 'this is not a folder:',
  ENOTEMPTY: 'the folder is not empty:',
  EEXIST: 'this exists already:',
  EFBIG: 'the file is too large:',
  ENOSPC: 'the sandbox is full; cannot write',
  ELOOP: 'too many links on the way to',
};

/** The part of a refusal that says which rule refused, in our own words; other layers' words are replaced by the path. */
function detailOf(message: string, path: string): string {
  const reason = /^E[A-Z]+: (?:read-only file system|permission denied): (.*), '/.exec(message)?.[1];
  return reason === undefined ? `"${path}"` : `"${path}" (${reason})`;
}
