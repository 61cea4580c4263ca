import type { Jiti, ModuleCache } from 'jiti';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { defineTool } from './define-tool.ts';

/** Imports user modules, TypeScript or JavaScript, each once; throws what the module throws. */
export interface ModuleLoader {
  /** Exports of the module at an absolute path. */
  load(path: string): Promise<Readonly<Record<string, unknown>>>;
}

/**
 * A loader whose `flue-engine` is this engine, so that a tool's Problems are the engine's.
 * Modules that an earlier loader imported are imported anew, with what they import from the project.
 * @param offered what modules find in it; default what tools need.
 */
export function createModuleLoader(offered: Readonly<Record<string, unknown>> = own): ModuleLoader {
  let starting: Promise<Jiti> | undefined;
  /** Kept here too: a later loader makes the process forget what it imported. */
  const loaded = new Map<string, Promise<Readonly<Record<string, unknown>>>>();
  const load = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
    starting ??= start(offered);
    const jiti = await starting;
    entries.add(path);
    return jiti.import<Readonly<Record<string, unknown>>>(path).catch((thrown: unknown) => {
      throw notOffered(thrown, offered) ?? thrown;
    });
  };
  return {
    load(path) {
      const known = loaded.get(path) ?? load(path);
      loaded.set(path, known);
      known.catch(() => loaded.delete(path));
      return known;
    },
  };
}

const own = { defineTool, Problem };

/** What a module throws that calls what `flue-engine` does not have, in words of its author. */
function notOffered(thrown: unknown, offered: Readonly<Record<string, unknown>>): Error | undefined {
  const name =
    thrown instanceof TypeError ? /_flueEngine\.(\w+)\)? is not/.exec(thrown.message)?.[1] : undefined;
  if (name === undefined || name in offered) return undefined;
  return new Error(`"flue-engine" has no "${name}" for this file${choices(name, Object.keys(offered))}`, {
    cause: thrown,
  });
}

/** Node's module cache is one per process, so what was imported is known per process too. */
const entries = new Set<string>();

async function start(offered: Readonly<Record<string, unknown>>): Promise<Jiti> {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(import.meta.url, {
    // A shared folder for compiled code would let other users of the machine plant some.
    fsCache: false,
    virtualModules: { 'flue-engine': offered },
  });
  for (const entry of entries) forget(jiti.cache, entry);
  entries.clear();
  return jiti;
}

function forget(cache: ModuleCache, path: string): void {
  const cached = cache[path];
  if (cached === undefined || path.includes('/node_modules/') || path.includes('\\node_modules\\')) return;
  delete cache[path];
  for (const child of cached.children) forget(cache, child.filename);
}
