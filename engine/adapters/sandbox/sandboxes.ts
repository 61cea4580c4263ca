import { join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import type { OpenSandboxHost } from '../../ports/sandbox-host.ts';
import type { Sandboxes } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { forgetFolder, keepFolders, keptFolder } from './kept-folder.ts';
import { openNoSandbox } from './none.ts';
import { openPrivateFolder } from './private-folder.ts';
import type { RemoteSandboxes } from './remote/remote-sandboxes.ts';

/** What sandboxes are made with. */
export interface SandboxesOptions {
  /** Absolute path of the project; mounts must lie inside it. */
  readonly projectRoot: string;
  /** Absolute path of the folder where the engine keeps its state; without one, workspaces on disk end with the process. */
  readonly stateFolder?: string;
  /** What makes the machine of a sandbox of type custom. Throws a Problem where nothing does. */
  readonly custom?: (spec: SandboxSpec) => Promise<OpenSandboxHost>;
  /** The sandboxes of the project, and the values of its secrets: without them, none on machines of services. */
  readonly services?: {
    readonly specs: readonly SandboxSpec[];
    readonly secret: (name: string) => string | undefined;
  };
}

/**
 * The sandboxes of the engine: `none` refuses every call, `virtual` is in memory, `isolated` runs commands in namespaces, `local` runs
 * them as they are, `custom` is somebody else's, and the others are machines of services. A type that has nothing to make it throws Problem
 * `sandbox_failed`; no type takes the place of another.
 * The code of a type is loaded when one is first opened.
 */
export function createSandboxes(options: SandboxesOptions): Sandboxes {
  const { projectRoot, stateFolder, custom, services } = options;
  let temporary: Promise<{ readonly folder: string }> | undefined;
  const workspaces = async (): Promise<string> => {
    if (stateFolder !== undefined) return join(stateFolder, 'workspaces');
    temporary ??= openPrivateFolder();
    return (await temporary).folder;
  };

  let remote: Promise<RemoteSandboxes> | undefined;
  const machines = (): Promise<RemoteSandboxes> | undefined => {
    if (services === undefined || !services.specs.some(({ service }) => service !== undefined))
      return undefined;
    const folder = stateFolder === undefined ? undefined : join(stateFolder, 'machines');
    remote ??= import('./remote/remote-sandboxes.ts').then(({ createRemoteSandboxes }) =>
      createRemoteSandboxes({ projectRoot, folder, ...services }),
    );
    return remote;
  };

  return {
    async open(spec, { restore, env, owner = spec.name }) {
      const begin = restore === undefined ? {} : { restore };
      switch (spec.type) {
        case 'none':
          return openNoSandbox(spec);
        case 'virtual': {
          const { openVirtualSandbox } = await import('./virtual.ts');
          return openVirtualSandbox(spec, { projectRoot, env, ...begin });
        }
        case 'local': {
          const { openLocalSandbox } = await import('./local.ts');
          return openLocalSandbox(spec, {
            projectRoot,
            env,
            ...(stateFolder === undefined ? {} : { stateFolder }),
          });
        }
        case 'isolated': {
          const { openIsolatedSandbox } = await import('./isolated.ts');
          const { folder, isNew } = await keptFolder(spec, owner, {
            folder: await workspaces(),
            projectRoot,
          });
          return openIsolatedSandbox(spec, { projectRoot, env, folder, ...(isNew ? begin : {}) });
        }
        case 'custom': {
          if (custom === undefined) break;
          const { openCustomSandbox } = await import('./custom.ts');
          return openCustomSandbox(spec, await custom(spec), { projectRoot, env, owner });
        }
        case 'daytona':
        case 'e2b':
        case 'modal':
        case 'runloop': {
          const service = await machines();
          if (service !== undefined) return service.open(spec, { owner, env });
        }
      }
      throw new Problem('sandbox_failed', `nothing makes sandbox "${spec.name}" of type "${spec.type}"`);
    },
    keeps: ({ type, service, options: { root } }) =>
      service !== undefined || (type === 'isolated' && root === undefined),
    async forget(owner) {
      if (stateFolder !== undefined || temporary !== undefined) await forgetFolder(owner, await workspaces());
      await (await machines())?.forget(owner);
    },
    async keepOnly(owners) {
      if (stateFolder !== undefined || temporary !== undefined) await keepFolders(owners, await workspaces());
      await (await machines())?.keepOnly(owners);
    },
  };
}
