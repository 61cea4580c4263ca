import { createRequire } from 'node:module';
import { isAbsolute, join, relative } from 'node:path';
import { deepagents } from '../adapters/harness/deepagents/deepagents.ts';
import { requireLibrary } from '../adapters/harness/deepagents/load.ts';
import { turnLoop } from '../adapters/harness/loop.ts';
import { isHarness, registeredHarnesses } from '../adapters/harness/registry.ts';
import { defineTool } from '../adapters/tools/define-tool.ts';
import { createModuleLoader } from '../adapters/tools/module-loader.ts';
import type { EngineOptions } from '../api.ts';
import { Problem } from '../core/problem.ts';
import { isOverflow, type Harness } from '../ports/harness.ts';
import type { Program } from '../program/program.ts';

/**
 * The harnesses of an engine by name: the built-in ones, those that the config names, those that were registered, those of its
 * options; later ones take the place of earlier ones. The modules of the config are imported here.
 * Throws Problem `invalid_project`: a module that holds no harness, an agent whose harness is not installed.
 */
export async function openHarnesses(
  program: Program,
  options: Pick<EngineOptions, 'harnesses' | 'readOnly'>,
): Promise<Readonly<Record<string, Harness>>> {
  const given = { ...registeredHarnesses(), ...options.harnesses };
  const builtIn = { 'ai-sdk': turnLoop, deepagents: deepagents(program.root) };
  // Who only looks runs nothing.
  if (options.readOnly === true) return { ...builtIn, ...given };
  const own: Record<string, Harness> = {};
  for (const [name, module] of Object.entries(program.settings.harnesses)) {
    if (!Object.hasOwn(given, name)) own[name] = await load(name, module, program.root);
  }
  const all = { ...builtIn, ...own, ...given };
  const prompters = Object.values(program.workflows).map(({ prompter }) => prompter);
  const agents = [...Object.values(program.agents), ...Object.values(program.delegates), ...prompters];
  if (all.deepagents === builtIn.deepagents && agents.some(({ harness }) => harness === 'deepagents'))
    requireLibrary(program.root);
  return all;
}

async function load(name: string, module: string, root: string): Promise<Harness> {
  const shown = isAbsolute(module) ? relative(root, module) : module;
  let exported: Readonly<Record<string, unknown>>;
  try {
    const path = isAbsolute(module) ? module : createRequire(join(root, 'package.json')).resolve(module);
    exported = await createModuleLoader({ Problem, defineTool, isOverflow, turnLoop }).load(path);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
    throw new Problem('invalid_project', `harness "${name}": ${shown} cannot be imported: ${message}`, {
      cause: thrown,
    });
  }
  const found = [exported['default'], exported['harness']].find(isHarness);
  if (found !== undefined) return found;
  throw new Problem(
    'invalid_project',
    `harness "${name}": the default export of ${shown} must be an object with a "run" function`,
  );
}
