import { Problem } from '../../core/problem.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';

/** A sandbox without files or commands: every call throws Problem `sandbox_denied`; its snapshot is empty. */
export function openNoSandbox(spec: SandboxSpec): Sandbox {
  const denied = (): never => {
    throw new Problem('sandbox_denied', `sandbox "${spec.name}" has type none: it has no files and no shell`);
  };
  const refuse = (): Promise<never> => Promise.resolve().then(denied);
  const sandbox: Sandbox = {
    spec,
    readFile: refuse,
    writeFile: refuse,
    stat: refuse,
    list: refuse,
    makeFolder: refuse,
    remove: refuse,
    exec: refuse,
    resolve: denied,
    restricted: () => sandbox,
    dirty: false,
    snapshot: () => Promise.resolve({}),
    close: () => Promise.resolve(),
  };
  return sandbox;
}
