import { posix } from 'node:path';
import { Problem } from '../../core/problem.ts';
import type { OpenSandboxHost } from '../../ports/sandbox-host.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { guarded } from './guarded.ts';
import { temporaryFolder } from './virtual-path.ts';

/** Opens a sandbox on a machine that somebody else makes; the policy of the spec is kept here. */
export async function openCustomSandbox(
  spec: SandboxSpec,
  open: OpenSandboxHost,
  given: {
    readonly projectRoot: string;
    readonly owner: string;
    readonly env: Readonly<Record<string, string>>;
  },
): Promise<Sandbox> {
  const { projectRoot, owner, env } = given;
  const host = await Promise.resolve()
    .then(() => open({ spec, owner, projectRoot }))
    .catch((thrown: unknown) => {
      if (thrown instanceof Problem) throw thrown;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new Problem('sandbox_failed', `sandbox "${spec.name}" cannot be opened: ${reason}`, {
        cause: thrown,
      });
    });
  const missing = calls.filter((call) => typeof host[call] !== 'function');
  if (missing.length > 0)
    throw new Problem('sandbox_failed', `sandbox "${spec.name}" was opened without ${missing.join(', ')}`);
  return guarded(spec, host, {
    env,
    visible: [temporaryFolder, ...spec.mounts.map(({ to }) => posix.normalize(to))],
    keepsCommands: false,
  });
}

const calls = ['readFile', 'writeFile', 'stat', 'list', 'makeFolder', 'remove', 'run', 'close'] as const;
