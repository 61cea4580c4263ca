import { basename, dirname, join, sep } from 'node:path';
import { configPlaces, kindOfFolder, onDisk, textOnDisk } from '../source/index.ts';

/** Folders of a project that hold the folders of kinds. */
const searched: ReadonlySet<string> = new Set(['src', '.agents', '.engine', '.claude']);

/**
 * The project folder that a file belongs to: the nearest folder above it with a config; else the one whose folder of a kind, such as
 * `src/agents`, holds it; else the workspace folder it lies in. Undefined when there is none of these.
 */
export function projectRootOf(file: string, workspaces: readonly string[]): string | undefined {
  const workspace = workspaces
    .filter((folder) => file.startsWith(folder + sep))
    .sort((a, b) => b.length - a.length)[0];
  const above = foldersAbove(file);
  const configured = above.find((folder) => hasConfig(folder));
  const conventional = above.find((folder) => isKindFolder(basename(folder)));
  const parent = conventional === undefined ? undefined : dirname(conventional);
  const root = parent !== undefined && searched.has(basename(parent)) ? dirname(parent) : parent;
  // A config far above the workspace is some other project's.
  if (
    configured !== undefined &&
    (workspace === undefined || isInside(configured, workspace) || root === undefined)
  )
    return configured;
  return root ?? configured ?? workspace;
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

function isInside(folder: string, around: string): boolean {
  return folder === around || folder.startsWith(around + sep);
}

/** The folders a file lies in, the nearest first. */
function foldersAbove(file: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    folders.push(folder);
    if (dirname(folder) === folder) return folders;
  }
}
