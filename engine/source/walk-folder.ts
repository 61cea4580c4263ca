import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import { staysInside } from './read-text.ts';

/** A file found below a folder. */
export interface FoundFile {
  /** Path below the folder, with forward slashes. */
  readonly below: string;
  readonly path: string;
}

const maxDepth = 8;
const maxFiles = 10_000;

/**
 * All files below a folder in a stable order, hidden ones left out. Symbolic links are followed inside the project
 * only; one that leads out of it is reported. A folder that is not there has no files.
 */
export async function walkFolder(
  folder: string,
  project: { readonly realRoot: string; readonly display: string },
): Promise<{ files: FoundFile[]; diagnostics: Diagnostic[] }> {
  const files: FoundFile[] = [];
  const diagnostics: Diagnostic[] = [];
  const report = (rule: string, message: string, below: string): void => {
    const file = below === '' ? project.display : `${project.display}/${below}`;
    diagnostics.push({ rule, level: 'warning', message, file });
  };

  const visit = async (path: string, below: string, above: readonly string[]): Promise<void> => {
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined || above.includes(real)) return;
    if (!(await staysInside(project.realRoot, path))) {
      report('source/outside-project', 'the link leads out of the project and is not followed', below);
      return;
    }
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const inner = join(path, entry.name);
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      const kind = entry.isSymbolicLink()
        ? await linkedKind(inner, project.realRoot)
        : entry.isDirectory()
          ? 'folder'
          : 'file';
      if (kind === 'outside')
        report('source/outside-project', 'the link leads out of the project and is not followed', name);
      else if (kind === 'folder') {
        if (above.length < maxDepth) await visit(inner, name, [...above, real]);
        else report('source/ignored-file', `folders more than ${maxDepth} deep are not read`, name);
      } else if (kind === 'file' && files.length < maxFiles) files.push({ below: name, path: inner });
    }
  };
  await visit(folder, '', []);
  if (files.length >= maxFiles)
    report('source/ignored-file', `only the first ${maxFiles} files are read`, '');
  return { files, diagnostics };
}

async function linkedKind(path: string, realRoot: string): Promise<'file' | 'folder' | 'outside' | 'dead'> {
  const target = await stat(path).catch(() => undefined);
  if (target === undefined) return 'dead';
  if (!(await staysInside(realRoot, path))) return 'outside';
  return target.isDirectory() ? 'folder' : 'file';
}
