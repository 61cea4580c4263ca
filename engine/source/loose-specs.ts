import { join } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import { choices } from '../core/suggest.ts';
import type { Candidate, SearchRoot } from './discover.ts';
import { staysInside, type Disk } from './disk.ts';
import { kindNames, kindRow, type Kind } from './kinds.ts';
import { configPlaces } from './load-config.ts';

/**
 * Specs that lie directly in a searched root, outside the folder of their kind: YAML or Markdown files that say their
 * `kind:`. Files of other programs may say a kind too, so an unknown kind counts only beside our own `apiVersion`.
 */
export function looseSpecs(
  disk: Disk,
  roots: readonly SearchRoot[],
  realRoot: string,
): { candidates: Candidate[]; diagnostics: Diagnostic[] } {
  const candidates: Candidate[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, root] of roots.entries()) {
    if (root.kinds !== undefined) continue;
    for (const entry of disk.entries(root.path)) {
      const suffix = /\.(?:ya?ml|md)$/.exec(entry.name)?.[0];
      const isConfig = root.prefix === '' && (configPlaces as readonly string[]).includes(entry.name);
      if (suffix === undefined || isConfig || entry.kind === 'folder') continue;
      const path = join(root.path, entry.name);
      const read = staysInside(disk, realRoot, path) ? disk.readText(path) : undefined;
      if (read === undefined || 'fault' in read) continue;
      const head = suffix === '.md' ? frontMatterOf(read.text) : read.text;
      const kind = /^kind:[ \t]+["']?([\w-]+)["']?[ \t]*(?:#.*)?\r?$/m.exec(head)?.[1];
      if (kind === undefined) continue;
      const file = root.prefix + entry.name;
      if (!isLoose(kind)) {
        if (!/^apiVersion:[ \t]+["']?engine\//m.test(head)) continue;
        const known = kindNames.filter(isLoose);
        const message = `unknown kind "${kind}"${choices(kind, known)}`;
        diagnostics.push({ rule: 'schema/bad-enum', level: 'error', message, file, pointer: '/kind' });
      } else if (kindRow(kind).suffixes.includes(suffix)) {
        const stem = entry.name.slice(0, -suffix.length);
        candidates.push({ kind, name: stem, stem, root: index, file, path });
      }
    }
  }
  return { candidates, diagnostics };
}

/** Kinds a file may have outside its folder: a skill is a folder, and a config has its own places. */
function isLoose(kind: string): kind is Exclude<Kind, 'project' | 'skill' | 'schema'> {
  return (
    kindNames.some((name) => name === kind) && kind !== 'project' && kind !== 'skill' && kind !== 'schema'
  );
}

function frontMatterOf(text: string): string {
  return /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? '';
}
