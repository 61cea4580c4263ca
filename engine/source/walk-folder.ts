import { join } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import { staysInside, type Disk } from './disk.ts';

/** A file found below a folder. */
export interface FoundFile {
  /** Path below the folder, with forward slashes. */
  readonly below: string;
  readonly path: string;
}

/** Folders with the name of a spec. */
const namedAsFile = /\.(?:md|ya?ml|json)$/;

const maxDepth = 8;
const maxFiles = 10_000;

/**
 * All files below a folder in a stable order, hidden ones left out. Symbolic links are followed inside the project
 * only; one that leads out of it is reported. A folder that is not there has no files.
 */
export function walkFolder(
  disk: Disk,
  folder: string,
  project: { readonly realRoot: string; readonly display: string },
): { files: FoundFile[]; diagnostics: Diagnostic[] } {
  const files: FoundFile[] = [];
  const diagnostics: Diagnostic[] = [];
  const report = (rule: string, message: string, below: string): void => {
    const file = below === '' ? project.display : `${project.display}/${below}`;
    diagnostics.push({ rule, level: 'warning', message, file });
  };

  const visit = (path: string, below: string, above: readonly string[]): void => {
    const real = disk.realPath(path);
    if (real === undefined || above.includes(real)) return;
    if (!staysInside(disk, project.realRoot, path)) {
      report('source/outside-project', 'the link leads out of the project and is not followed', below);
      return;
    }
    for (const entry of disk.entries(path)) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const inner = join(path, entry.name);
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      const kind = entry.kind === 'link' ? linkedKind(disk, inner, project.realRoot) : entry.kind;
      if (kind === 'outside')
        report('source/outside-project', 'the link leads out of the project and is not followed', name);
      else if (kind === 'folder') {
        const before = files.length;
        if (above.length < maxDepth) visit(inner, name, [...above, real]);
        else report('source/ignored-file', `folders more than ${maxDepth} deep are not read`, name);
        if (files.length === before && namedAsFile.test(name))
          report('source/ignored-file', 'this is a folder, not a file, and nothing in it is read', name);
      } else if (kind === 'dead')
        report('source/ignored-file', 'the link leads to nothing, so there is no file to read', name);
      else if (kind === 'file' && files.length < maxFiles) files.push({ below: name, path: inner });
    }
  };
  visit(folder, '', []);
  if (files.length >= maxFiles)
    report('source/ignored-file', `only the first ${maxFiles} files are read`, '');
  return { files, diagnostics };
}

function linkedKind(disk: Disk, path: string, realRoot: string): 'file' | 'folder' | 'outside' | 'dead' {
  if (disk.realPath(path) === undefined) return 'dead';
  if (!staysInside(disk, realRoot, path)) return 'outside';
  return disk.kindOf(path) === 'folder' ? 'folder' : 'file';
}
