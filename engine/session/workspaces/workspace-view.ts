import type { Value } from '../../expr/index.ts';
import { Problem } from '../../core/problem.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { envOfCommands } from './env-of-commands.ts';
import type { Workspace } from './workspace.ts';

/** How a helper sees the files of somebody else. */
export interface View {
  /** The helper's own policy, which holds besides that of the workspace; undefined: no further one. */
  readonly policy: SandboxSpec | undefined;
  /** Folder of the workspace that is all it sees. */
  readonly cwd: string | undefined;
  /** Further environment of its commands. */
  readonly env: Readonly<Record<string, Value>>;
  /** What `env` may read. */
  readonly visible: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
}

/** The files of a workspace as a helper may use them: what both policies allow, below one folder. They are stored by their owner. */
export function viewOf(workspace: Workspace, view: View): Workspace {
  const spec = narrowed(workspace.spec, view.policy);
  let opening: Promise<Sandbox> | undefined;
  return {
    spec,
    outer: workspace,
    open() {
      opening ??= openView(workspace, spec, view).catch((thrown: unknown) => {
        opening = undefined;
        throw thrown;
      });
      return opening;
    },
    save: () => workspace.save(),
    close: () => Promise.resolve(),
  };
}

/**
 * What two policies allow together. Commands are those of the owner's policy, so there are none where the helper's names others; the
 * sandbox keeps them from writing what the helper may not write.
 */
function narrowed(owner: SandboxSpec, policy: SandboxSpec | undefined): SandboxSpec {
  if (policy === undefined) return owner;
  const isAsWide = policy.commands.length === 0 || rulesOf(policy) === rulesOf(owner);
  return {
    ...owner,
    name: policy.name,
    write: owner.write && policy.write,
    shell: owner.shell && policy.shell && isAsWide,
    limits: {
      timeoutMs: Math.min(owner.limits.timeoutMs, policy.limits.timeoutMs),
      outputBytes: Math.min(owner.limits.outputBytes, policy.limits.outputBytes),
      fileBytes: Math.min(owner.limits.fileBytes, policy.limits.fileBytes),
    },
  };
}

function rulesOf({ commandRules, compound }: SandboxSpec): string {
  return JSON.stringify([commandRules, compound]);
}

async function openView(workspace: Workspace, spec: SandboxSpec, view: View): Promise<Sandbox> {
  const outer = await workspace.open();
  const inner = outer.restricted({
    write: spec.write,
    shell: spec.shell,
    ...(view.cwd === undefined ? {} : { folder: await folderOf(outer, view.cwd) }),
  });
  const own = envOfCommands(view, view.env, { env: view.visible });
  return withLimits({ ...inner.spec, name: spec.name, limits: spec.limits }, inner, own);
}

/** The same sandbox with narrower limits and more in the environment of its commands. */
function withLimits(spec: SandboxSpec, inner: Sandbox, env: Readonly<Record<string, string>>): Sandbox {
  const { limits } = spec;
  return {
    spec,
    readFile: (path) => inner.readFile(path),
    async writeFile(path, content) {
      if (spec.write && Buffer.byteLength(content) > limits.fileBytes)
        throw new Problem(
          'sandbox_failed',
          `the file is too large: "${path}" (larger than ${limits.fileBytes} bytes)`,
        );
      await inner.writeFile(path, content);
    },
    stat: (path) => inner.stat(path),
    list: (path) => inner.list(path),
    makeFolder: (path) => inner.makeFolder(path),
    remove: (path, options) => inner.remove(path, options),
    async exec(command, options = {}) {
      if (!spec.shell)
        throw new Problem('sandbox_denied', `running commands is not allowed in sandbox "${spec.name}"`);
      return inner.exec(command, {
        ...options,
        env: { ...env, ...options.env },
        timeoutMs: Math.min(options.timeoutMs ?? limits.timeoutMs, limits.timeoutMs),
      });
    },
    resolve: (path) => inner.resolve(path),
    restricted(view) {
      const narrower = inner.restricted(view);
      return withLimits({ ...narrower.spec, name: spec.name, limits }, narrower, env);
    },
    get asleep() {
      return inner.asleep ?? false;
    },
    get dirty() {
      return inner.dirty;
    },
    snapshot: () => inner.snapshot(),
    close: () => Promise.resolve(),
  };
}

async function folderOf(sandbox: Sandbox, cwd: string): Promise<string> {
  const path = sandbox.resolve(cwd);
  const info = await sandbox.stat(path);
  if (info?.kind === 'folder') return path;
  throw new Problem('tool_input_invalid', `there is no folder "${cwd}" in the workspace`);
}
