import { fileURLToPath } from 'node:url';
import { packageUrl } from '../core/package-url.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { discover } from './discover.ts';
import { openDisk } from './disk.ts';
import { readAll } from './load.ts';
import { settle } from './settle.ts';
import type { Source } from './source.ts';

/** What comes with the engine: the weakest of all, anything of a project with the same name replaces it. */
export interface Shipped {
  readonly sources: readonly Source[];
  readonly partials: Readonly<Record<string, string>>;
  readonly prompts: Readonly<Record<string, string>>;
  /** Empty in a package that is whole. */
  readonly diagnostics: readonly Diagnostic[];
}

const folders = {
  profiles: 'profile',
  roles: 'role',
  skills: 'skill',
  sandboxes: 'sandbox',
} as const;

/** Reads the specs and prompts that ship with the engine, through the same parser as a project's. */
export function loadShipped(folder = fileURLToPath(new URL('specs', packageUrl))): Shipped {
  const disk = openDisk();
  const realRoot = disk.realPath(folder) ?? folder;
  const found = discover(disk, [{ path: folder, prefix: 'flue-engine/specs/', kinds: folders }], realRoot);
  const settled = settle(found.candidates);
  const { sources, partials, prompts, diagnostics } = readAll(
    { disk, sources: new Map() },
    settled.candidates,
    true,
  );
  return {
    sources,
    partials,
    prompts,
    diagnostics: [...found.diagnostics, ...settled.diagnostics, ...diagnostics],
  };
}
