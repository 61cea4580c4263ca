import { Problem } from '../../core/problem.ts';
import type { FileInfo, Sandbox } from '../../ports/sandbox.ts';

/** What is at a path. Throws Problem `tool_failed` when nothing is. */
export async function requireFile(sandbox: Sandbox, path: string): Promise<FileInfo> {
  const info = await sandbox.stat(path);
  if (info !== undefined) return info;
  throw new Problem('tool_failed', `there is no file or folder ${JSON.stringify(path)}`);
}

/** The text of a file. Throws Problem `tool_failed` for folders, missing and binary files. */
export async function readText(sandbox: Sandbox, path: string): Promise<string> {
  const info = await requireFile(sandbox, path);
  if (info.kind !== 'file') throw new Problem('tool_failed', `${JSON.stringify(path)} is not a file`);
  const bytes = await sandbox.readFile(path);
  const text = textOf(bytes);
  if (text !== undefined) return text;
  throw new Problem(
    'tool_failed',
    `${JSON.stringify(path)} is a binary file of ${bytes.byteLength} bytes; it cannot be handled as text`,
  );
}

/** Bytes as text, or undefined when they are no UTF-8 or hold a NUL. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
