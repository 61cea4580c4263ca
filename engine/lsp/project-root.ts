import { basename, dirname, join, relative, sep } from 'node:path';
import { configPlaces, kindOfFolder, onDisk, textOnDisk } from '../source/index.ts';

/** Folders of a project that hold the folders of kinds. */
const searched: ReadonlySet<string> = new Set(['src', '.agents', '.engine', '.claude']);

/**
 * The project folder that a file belongs to: the nearest folder above it with a config, where that project looks for such a file; else
 * the one whose folder of a kind, such as `src/agents`, holds it; else the workspace folder it lies in. Undefined when there is none.
 */
export function projectRootOf(file: string, workspaces: readonly string[]): string | undefined {
  const above = foldersAbove(file);
  const configured = above.find((folder) => hasConfig(folder));
  const conventional = conventionalRoot(above);
  if (configured !== undefined && (conventional === undefined || isSearched(configured, file)))
    return configured;
  // A config further up is that of another project around this one.
  const nearest = [configured, conventional].filter((folder) => folder !== undefined);
  const workspace = workspaces.filter((folder) => file.startsWith(folder + sep));
  return longest(nearest) ?? longest(workspace);
}

/** The folder whose folder of a kind holds a file; folders below `src` and the like are surer than others. */
function conventionalRoot(above: readonly string[]): string | undefined {
  const parents = above.filter((folder) => isKindFolder(basename(folder))).map((folder) => dirname(folder));
  const sure = parents.find((parent) => searched.has(basename(parent)));
  return sure === undefined ? parents[0] : dirname(sure);
}

/** Whether a project looks for specs where a file lies. */
function isSearched(root: string, file: string): boolean {
  const segments = relative(root, file).split(sep);
  const [first = ''] = searched.has(segments[0] ?? '') ? segments.slice(1) : segments;
  return segments.length === 1 || isKindFolder(first);
}

function longest(folders: readonly string[]): string | undefined {
  return [...folders].sort((one, other) => other.length - one.length)[0];
}

/** Whether a folder is a project of its own: it has a config, or folders of kinds where a project has them. */
export function isProject(folder: string): boolean {
  if (hasConfig(folder)) return true;
  return ['', ...searched].some((place) =>
    ['agents', 'workflows', 'tools', 'skills'].some((kind) => onDisk(join(folder, place, kind)) === 'folder'),
  );
}

function hasConfig(folder: string): boolean {
  return configPlaces.some((place) => {
    if (onDisk(join(folder, place)) !== 'file') return false;
    return place !== 'package.json' || hasEngineKey(textOnDisk(join(folder, place)));
  });
}

function hasEngineKey(text = ''): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'engine' in value;
  } catch {
    return false;
  }
}

function isKindFolder(name: string): boolean {
  return kindOfFolder(name) !== undefined || name === 'partials' || name === 'prompts';
}

/** The folders a file lies in, the nearest first. */
function foldersAbove(file: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    folders.push(folder);
    if (dirname(folder) === folder) return folders;
  }
}
