import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { createSandboxes } from '../adapters/sandbox/sandboxes.ts';
import { createModuleLoader } from '../adapters/tools/module-loader.ts';
import type { EngineOptions } from '../api.ts';
import { Problem } from '../core/problem.ts';
import type { OpenSandboxHost } from '../ports/sandbox-host.ts';
import type { Sandboxes } from '../ports/sandbox.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Program } from '../program/program.ts';
import type { Sandbox as SandboxSpec } from '../program/sandbox.ts';

/**
 * The sandboxes of an engine. Modules of custom ones are imported here, and workspaces on disk lie beside the store.
 * Throws Problem `invalid_project`: a module that makes no sandbox, a custom sandbox that nothing makes, an option for one that is none.
 */
export async function openSandboxes(
  program: Program,
  options: Pick<EngineOptions, 'sandboxes' | 'readOnly' | 'store'>,
  secrets: Secrets,
): Promise<Sandboxes> {
  const { sandboxes: given = {}, readOnly, store } = options;
  const loader = createModuleLoader({ Problem });
  const made = new Map<string, Promise<OpenSandboxHost>>();
  const custom = async (spec: SandboxSpec): Promise<OpenSandboxHost> => {
    const own = Object.hasOwn(given, spec.name) ? given[spec.name] : undefined;
    if (own !== undefined) return own;
    const { module } = spec;
    if (module === undefined)
      throw new Problem(
        'invalid_project',
        `nothing makes sandbox "${spec.name}": name a "module" in its file, or give createEngine sandboxes.${spec.name}`,
      );
    const loading = made.get(module) ?? load(spec.name, module);
    made.set(module, loading);
    return loading;
  };
  async function load(name: string, module: string): Promise<OpenSandboxHost> {
    const shown = isAbsolute(module) ? relative(program.root, module) : module;
    let exported: Readonly<Record<string, unknown>>;
    try {
      const path = isAbsolute(module)
        ? module
        : createRequire(join(program.root, 'package.json')).resolve(module);
      exported = await loader.load(path);
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
      throw new Problem('invalid_project', `sandbox "${name}": ${shown} cannot be imported: ${message}`, {
        cause: thrown,
      });
    }
    const found = exported['openSandbox'] ?? exported['default'];
    if (typeof found === 'function') return found as OpenSandboxHost;
    throw new Problem('invalid_project', `sandbox "${name}": ${shown} exports no function "openSandbox"`);
  }

  // Who only looks opens nothing.
  if (readOnly !== true) {
    const specs = Object.values(program.sandboxes);
    for (const name of Object.keys(given)) {
      if (specs.some((spec) => spec.name === name && spec.type === 'custom')) continue;
      throw new Problem('invalid_project', `there is no sandbox "${name}" of type custom in the project`);
    }
    for (const spec of specs) if (spec.type === 'custom') await custom(spec);
  }
  const { settings, root } = program;
  const isLasting = store !== 'memory' && settings.store.type !== 'memory';
  return createSandboxes({
    projectRoot: root,
    custom,
    services: { specs: Object.values(program.sandboxes), secret: (name) => secrets.get(name) },
    ...(isLasting ? { stateFolder: dirname(settings.store.path) } : {}),
  });
}
