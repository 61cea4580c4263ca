import type { Value } from '../expr/index.ts';
import { Problem } from '../core/problem.ts';
import type { Sandbox } from '../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../program/sandbox.ts';
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
 * What two policies allow together. A command may do whatever the owner's policy allows, so there are none where the helper's is
 * narrower: where it names other commands, or may not write what the owner may.
 */
function narrowed(owner: SandboxSpec, policy: SandboxSpec | undefined): SandboxSpec {
  if (policy === undefined) return owner;
  const isAsWide =
    (policy.commands.length === 0 || String(policy.commands) === String(owner.commands)) &&
    (policy.write || !owner.write);
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

async function openView(workspace: Workspace, spec: SandboxSpec, view: View): Promise<Sandbox> {
  const inner = await workspace.open();
  const root = view.cwd === undefined ? inner.spec.workspace : await folderOf(inner, view.cwd);
  const isScoped = view.cwd !== undefined;
  const own = Object.fromEntries(
    Object.entries(view.env).map(([name, value]) => [name, String(value.evaluate({ env: view.visible }))]),
  );
  const resolve = (path: string): string => {
    const absolute = inner.resolve(path.startsWith('/') ? path : `${root}/${path}`);
    if (isScoped && absolute !== root && !absolute.startsWith(root === '/' ? '/' : `${root}/`))
      throw new Problem(
        'sandbox_denied',
        `"${path}" is outside the folder "${root}" that this task is about`,
      );
    return absolute;
  };
  const writing = (path: string, bytes = 0): string => {
    if (!spec.write)
      throw new Problem('sandbox_denied', `writing is not allowed in sandbox "${spec.name}": "${path}"`);
    if (bytes > spec.limits.fileBytes)
      throw new Problem(
        'sandbox_failed',
        `the file is too large: "${path}" (larger than ${spec.limits.fileBytes} bytes)`,
      );
    return resolve(path);
  };
  return {
    spec: { ...spec, workspace: root },
    readFile: async (path) => inner.readFile(resolve(path)),
    writeFile: async (path, content) => inner.writeFile(writing(path, Buffer.byteLength(content)), content),
    stat: async (path) => inner.stat(resolve(path)),
    list: async (path) => inner.list(resolve(path)),
    makeFolder: async (path) => inner.makeFolder(writing(path)),
    remove: async (path, options) => inner.remove(writing(path), options),
    async exec(command, options = {}) {
      if (!spec.shell)
        throw new Problem('sandbox_denied', `running commands is not allowed in sandbox "${spec.name}"`);
      const { limits } = spec;
      return inner.exec(command, {
        ...options,
        cwd: resolve(options.cwd ?? root),
        env: { ...own, ...options.env },
        timeoutMs: Math.min(options.timeoutMs ?? limits.timeoutMs, limits.timeoutMs),
      });
    },
    resolve,
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
