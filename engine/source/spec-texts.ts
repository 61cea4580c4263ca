import { dirname, join, relative, sep } from 'node:path';
import type { SpecTexts } from '../core/spec-texts.ts';
import type { Disk } from './disk.ts';
import type { LoadedProject } from './load.ts';
import { onDisk, realFiles, textOnDisk, type Beside } from './on-disk.ts';

/** The paths that were asked for beside the specs, and whether their texts were. */
export type Asked = Map<string, { readonly text: boolean }>;

/** Sees the files as they are, and notes what was asked for. */
export function noting(asked: Asked): Beside {
  const { kindOf, textOf, namesIn } = realFiles;
  return {
    kindOf(path) {
      if (!asked.has(path)) asked.set(path, { text: false });
      return kindOf(path);
    },
    textOf(path) {
      asked.set(path, { text: true });
      return textOf(path);
    },
    namesIn,
  };
}

/** All that a loaded project says, with what was asked for beside its specs: enough to load it again without its files. */
export function textsOf(project: LoadedProject, asked: Asked): SpecTexts {
  const texts: Record<string, string | null> = {};
  const put = (path: string, text: string | null): void => {
    const key = keyOf(project.root, path);
    if (key !== undefined) texts[key] ??= text;
  };
  const { config, sources, instructions, modules, agentModules, profileModules, workflowModules } = project;
  for (const source of config === undefined ? sources : [config, ...sources]) {
    put(source.path, source.text);
    for (const [below, text] of Object.entries(source.files ?? {}))
      put(join(dirname(source.path), below), text);
  }
  for (const { file, text } of instructions) put(join(project.root, file), text);
  for (const folder of ['partials', 'prompts'] as const)
    for (const [name, text] of Object.entries(project[folder]))
      put(join(project.root, 'src', folder, `${name}.hbs`), text);
  for (const all of [modules, agentModules, profileModules, workflowModules])
    for (const path of Object.values(all)) put(path, null);
  for (const [path, { text }] of asked) {
    const kind = onDisk(path);
    if (kind === 'folder') put(path + sep, null);
    if (kind === 'file') put(path, text && !isCode(path) ? (textOnDisk(path) ?? null) : null);
  }
  return Object.freeze(texts);
}

/** A project folder in which only these texts are. Code is read where it really is: it is not part of the texts. */
export function filesOf(root: string, texts: SpecTexts): { readonly disk: Disk; readonly beside: Beside } {
  const files = new Map<string, string | null>();
  const folders = new Map<string, Map<string, 'file' | 'folder'>>([[root, new Map()]]);
  for (const [key, text] of Object.entries(texts)) {
    const path = join(root, key);
    let kind: 'file' | 'folder' = key.endsWith('/') ? 'folder' : 'file';
    if (kind === 'file') files.set(path, text);
    let inner = kind === 'folder' ? path.slice(0, -1) : path;
    if (kind === 'folder' && !folders.has(inner)) folders.set(inner, new Map());
    while (inner !== root && dirname(inner) !== inner) {
      const outer = folders.get(dirname(inner)) ?? new Map<string, 'file' | 'folder'>();
      folders.set(dirname(inner), outer.set(inner.slice(dirname(inner).length + 1), kind));
      inner = dirname(inner);
      kind = 'folder';
    }
  }
  const kindOf = (path: string): 'file' | 'folder' | undefined =>
    files.has(path) ? 'file' : folders.has(path) ? 'folder' : undefined;
  const entries: Disk['entries'] = (path) =>
    [...(folders.get(path) ?? [])]
      .map(([name, kind]) => ({ name, kind }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  return {
    disk: {
      readText: (path) => {
        const text = files.get(path);
        return typeof text === 'string' ? { text } : { fault: 'does not exist', missing: true };
      },
      entries,
      kindOf,
      realPath: (path) => (kindOf(path) === undefined ? undefined : path),
    },
    beside: {
      kindOf,
      textOf: (path) => files.get(path) ?? (isCode(path) ? realFiles.textOf(path) : undefined),
      namesIn: (path) => entries(path).map(({ name }) => name),
    },
  };
}

/** The path from the project folder; undefined for what is outside of it. */
function keyOf(root: string, path: string): string | undefined {
  const key = relative(root, path).replaceAll(sep, '/');
  if (key === '' || key.startsWith('../') || key === '..') return undefined;
  return path.endsWith(sep) ? `${key}/` : key;
}

function isCode(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}
