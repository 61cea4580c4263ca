import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { choices, suggest } from '../core/suggest.ts';
import { namesOnDisk, onDisk, type Node } from '../source/index.ts';
import type { Reporter } from './context.ts';

/**
 * The absolute path of a file or folder that a spec names. Reports one that is outside the project, or not there.
 * @param from what a relative path counts from: the project folder by default.
 */
export function projectPath(
  reporter: Reporter,
  node: Node,
  place: { readonly folder: string; readonly from?: string; readonly wanted: 'file' | 'folder' },
): string | undefined {
  const text = node.text();
  if (text === undefined) return undefined;
  const { folder, from = folder, wanted } = place;
  const absolute = resolve(from, text);
  const inside = relative(folder, absolute);
  if (inside.startsWith('..') || isAbsolute(inside)) {
    const meant = besideSpec(node, text, folder, wanted);
    const end = meant === undefined ? `name a ${wanted} of the project` : fromProject(meant);
    reporter.report(node, 'ref/outside-project', `"${text}" is outside the project; ${end}`);
    return undefined;
  }
  const found = onDisk(absolute);
  if (found === wanted) return absolute;
  if (found !== undefined) {
    reporter.report(node, `ref/unknown-${wanted}`, `"${text}" is a ${found}, not a ${wanted}`);
    return undefined;
  }
  const meant = from === folder ? besideSpec(node, text, folder, wanted) : undefined;
  if (meant !== undefined) {
    const message = `no ${wanted} "${text}" in the project; ${fromProject(meant)}`;
    reporter.report(node, `ref/unknown-${wanted}`, message, { suggestions: [meant] });
    return undefined;
  }
  const start = text.lastIndexOf('/') + 1;
  const word = text.slice(start);
  const near = suggest(word, namesOnDisk(resolve(absolute, '..')), 3).map(
    (name) => text.slice(0, start) + name,
  );
  const where = from === folder ? 'in the project' : `beside ${node.source.file}`;
  reporter.report(
    node,
    wanted === 'file' ? 'ref/unknown-file' : 'ref/unknown-folder',
    `no ${wanted} "${text}" ${where}${near.length === 0 ? '' : choices(text, near)}`,
    { suggestions: near },
  );
  return undefined;
}

/** The path from the project folder of what a path counted from the folder of the spec leads to, when that is there. */
function besideSpec(node: Node, text: string, folder: string, wanted: 'file' | 'folder'): string | undefined {
  const absolute = resolve(folder, dirname(node.source.file), text);
  const inside = relative(folder, absolute);
  const isOutside = inside === '' || inside.startsWith('..') || isAbsolute(inside);
  return isOutside || onDisk(absolute) !== wanted ? undefined : inside.replaceAll('\\', '/');
}

function fromProject(path: string): string {
  return `paths count from the project folder: write "${path}"`;
}
