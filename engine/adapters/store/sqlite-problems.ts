import { asProblem, Problem } from '../../core/problem.ts';

/** Problem `store_corrupt`: what is wrong with the file, and what to do. The file is as it was. */
export function corrupt(path: string, why: string, cause?: unknown): Problem {
  return new Problem(
    'store_corrupt',
    `the store "${path}" is damaged: ${why}; restore it from a backup, save what can be read with "engine doctor", or move it away to start empty`,
    { details: { path }, cause },
  );
}

/** Problem `store_unavailable`: why the store at a path cannot be used, and what to do. */
export function unavailable(path: string, why: string, cause?: unknown): Problem {
  return new Problem('store_unavailable', `the store "${path}" cannot be used: ${why}`, {
    details: { path },
    cause,
  });
}

/** Problem `store_unavailable` of a write that this store never takes, however often it is tried: it is not retryable. */
function refusedForGood(path: string, why: string, cause: unknown): Problem {
  return new Problem('store_unavailable', `the store "${path}" does not take this: ${why}`, {
    details: { path },
    cause,
    retryable: false,
  });
}

/** Problem `store_locked`: somebody else owns the store. */
export function locked(path: string, pid: number | undefined): Problem {
  const owner = pid === undefined ? 'another process' : `process ${pid}`;
  return new Problem(
    'store_locked',
    `the store "${path}" is in use by ${owner}; stop it, or name another file in "store.path"`,
    { details: { path, ...(pid === undefined ? {} : { pid }) } },
  );
}

/** What a file system or SQLite error means for the user; other errors become `internal_error`. */
export function storeProblem(path: string, error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  if (code === undefined) return asProblem(error);
  if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') {
    return corrupt(
      path,
      code === 'SQLITE_NOTADB' ? 'it is not a SQLite file' : 'pages do not fit together',
      error,
    );
  }
  // A commit that breaks a constraint is done once more write by write; what else is refused may be a neighbour's fault.
  if (code === 'SQLITE_CONSTRAINT') return refusedForGood(path, 'the row is stored already', error);
  return unavailable(path, reasons[code] ?? `the database answered ${code}`, error);
}

/** The `code` of a file system or SQLite error, such as `EACCES` or `SQLITE_FULL`. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

const access = 'no permission; give this user read and write access to the file and its folder';
const readOnly = 'it is on a read-only disk; name a writable place in "store.path"';
const full = 'the disk is full; make room and try again';
const notFolder = 'a part of its path is a file, not a folder; name another place in "store.path"';

const reasons: Readonly<Record<string, string>> = {
  EACCES: access,
  EPERM: access,
  SQLITE_PERM: access,
  SQLITE_READONLY: 'it cannot be written; give this user write access to the file and its folder',
  SQLITE_CANTOPEN:
    'it cannot be opened; check the path, and give this user access to the file and its folder',
  EROFS: readOnly,
  ENOTDIR: notFolder,
  EEXIST: notFolder,
  ENOENT: 'its folder cannot be made; name another place in "store.path"',
  ENOSPC: full,
  EDQUOT: full,
  SQLITE_FULL: full,
  SQLITE_IOERR: 'reading or writing the disk failed',
  SQLITE_BUSY: 'another program holds it; stop that program and try again',
  SQLITE_LOCKED: 'another program holds it; stop that program and try again',
};
