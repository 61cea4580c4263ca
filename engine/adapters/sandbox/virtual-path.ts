import { Problem } from '../../core/problem.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';

/** Folder for files that need not last; not part of a snapshot. */
export const temporaryFolder = '/tmp';

/** The file that swallows what is written to it. */
export const nullFile = '/dev/null';

/**
 * The absolute, normalised form of a path that is absolute or relative to `base` (default the workspace).
 * Throws Problem `sandbox_denied` when it lies outside the workspace, the mounts and `/tmp`.
 */
export function resolveVirtualPath(spec: SandboxSpec, path: string, base = spec.workspace): string {
  const absolute = path.startsWith('/') ? path : `${base}/${path}`;
  const normal = path.includes('\0') ? undefined : normalise(absolute);
  if (normal === undefined || !isVisible(spec, normal)) {
    throw new Problem(
      'sandbox_denied',
      `path ${JSON.stringify(path)} is outside the sandbox; its workspace is "${spec.workspace}"`,
    );
  }
  return normal;
}

/** Tells whether a normalised path is the folder or inside it. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** The mount a normalised path belongs to, or undefined. */
export function mountOf(spec: SandboxSpec, path: string): SandboxSpec['mounts'][number] | undefined {
  return spec.mounts.find((mount) => isInside(mount.to, path));
}

/** Tells whether a normalised path is in the workspace, a mount or the temporary folder. */
export function isVisible(spec: SandboxSpec, path: string): boolean {
  return (
    isInside(spec.workspace, path) || isInside(temporaryFolder, path) || mountOf(spec, path) !== undefined
  );
}

/** Without `.`, `..`, doubled and trailing slashes; undefined when `..` climbs above the root. */
export function normalise(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return `/${parts.join('/')}`;
}
