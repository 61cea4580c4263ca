import type { Session } from '../api/session.ts';
import { Problem } from '../core/problem.ts';
import type { Sandbox } from '../ports/sandbox.ts';

type FileCalls =
  'readFile' | 'readBytes' | 'writeFile' | 'stat' | 'exists' | 'list' | 'makeFolder' | 'remove';

/** The file calls of a session, on a sandbox that is opened for each. */
export function sessionFiles(
  within: <T>(use: (sandbox: Sandbox) => Promise<T>) => Promise<T>,
): Pick<Session, FileCalls> {
  return {
    readFile: (path) => within(async (sandbox) => textOf(path, await sandbox.readFile(path))),
    readBytes: (path) => within((sandbox) => sandbox.readFile(path)),
    writeFile: (path, content) => within((sandbox) => sandbox.writeFile(path, content)),
    stat: (path) => within((sandbox) => sandbox.stat(path)),
    exists: (path) => within(async (sandbox) => (await sandbox.stat(path)) !== undefined),
    list: (path = '.') => within((sandbox) => sandbox.list(path)),
    makeFolder: (path) => within((sandbox) => sandbox.makeFolder(path)),
    remove: (path, options) => within((sandbox) => sandbox.remove(path, options)),
  };
}

function textOf(path: string, content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (thrown) {
    throw new Problem('invalid_input', `"${path}" is not UTF-8 text; read its bytes`, { cause: thrown });
  }
}
