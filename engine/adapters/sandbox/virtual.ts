import type { IFileSystem } from 'just-bash';
import { Problem } from '../../core/problem.ts';
import type { FileInfo, Sandbox, SandboxSnapshot } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { below } from './below.ts';
import { admitCommand, commandRules } from './admit-command.ts';
import { admitEnvironment } from './command-environment.ts';
import { fileProblem } from './file-problem.ts';
import { withMounts } from './mounts.ts';
import { withFileAccess } from './policy-file-access.ts';
import { withPolicy } from './policy-file-system.ts';
import { meetsComputedText } from './computed-text.ts';
import type { SyntaxNode } from './policy-words.ts';
import { runScript } from './run-script.ts';
import { loadShell, type Shell } from './shell.ts';
import { createShellThreads } from './shell-threads.ts';
import { restoreSnapshot, takeSnapshot } from './snapshot.ts';
import { isInside, nullFile, resolveVirtualPath, temporaryFolder } from './virtual-path.ts';

const mebibyte = 1024 * 1024;

/** Most bytes of all in-memory files of one sandbox, whatever its spec says. */
const largestMemory = 256 * mebibyte;

/** Of all sandboxes of the process; there are none before one is needed. */
const threads = createShellThreads();

/**
 * A sandbox in memory on just-bash. Nothing runs on the host and nothing is written there, except through mounts that say `write`.
 * A convenience boundary for commands a model writes, not one against a determined attacker.
 * Throws Problem `sandbox_failed` when a mount cannot be made.
 */
export async function openVirtualSandbox(
  spec: SandboxSpec,
  options: {
    readonly projectRoot: string;
    readonly restore?: SandboxSnapshot;
    readonly env: Readonly<Record<string, string>>;
  },
): Promise<Sandbox> {
  const shell = await loadShell();
  const memory = new shell.InMemoryFs(
    {},
    { maxTotalBytes: Math.min(largestMemory, spec.bounds.memoryMb * mebibyte) },
  );
  await memory.mkdir(spec.workspace, { recursive: true });
  await memory.mkdir(temporaryFolder, { recursive: true });
  await memory.writeFile(nullFile, '');
  const systemEntries = memory.getAllPaths().length;
  if (options.restore !== undefined) await restoreSnapshot(memory, spec, options.restore);

  const closing = new AbortController();
  let dirty = false;
  const mounted = withFileAccess(await withMounts(shell, memory, spec, options.projectRoot), spec);
  return viewOn(spec);

  function viewOn(policy: SandboxSpec): Sandbox {
    const isPart = policy.workspace !== spec.workspace;
    const files = withPolicy(isPart ? below(mounted, spec, policy.workspace) : mounted, policy, {
      entries: () => memory.getAllPaths().length - systemEntries,
      onWrite: () => {
        dirty = true;
      },
    });
    const resolve = (path: string): string => resolveVirtualPath(policy, path);
    const at = async <T>(path: string, call: (absolute: string) => Promise<T>): Promise<T> => {
      const absolute = resolve(path);
      return call(absolute).catch((thrown: unknown) => {
        throw fileProblem(thrown, path);
      });
    };

    return {
      spec: policy,
      resolve,
      readFile: (path) => at(path, (absolute) => files.readFileBuffer(absolute)),
      writeFile: (path, content) => at(path, (absolute) => files.writeFile(absolute, content)),
      stat: (path) => at(path, (absolute) => infoOf(files, absolute)),
      list: (path) => at(path, (absolute) => listFolder(files, absolute)),
      makeFolder: (path) => at(path, (absolute) => files.mkdir(absolute, { recursive: true })),
      remove: (path, { recursive = false } = {}) => at(path, (absolute) => files.rm(absolute, { recursive })),
      async exec(command, { cwd, env = {}, timeoutMs, signal, commands = [] } = {}) {
        await admitCommand(policy, command, { commands, filesAreKept: true });
        admitEnvironment(env);
        const allowed = commandRules(policy, commands).map((rule) => rule.command);
        const folder = resolve(cwd ?? policy.workspace);
        if ((await infoOf(files, folder))?.kind !== 'folder') {
          throw new Problem('sandbox_failed', `there is no folder "${cwd ?? policy.workspace}" to run in`);
        }
        const ended = signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]);
        if (ended.aborted) throw new Problem('aborted', 'the command was aborted');
        const held = { ...policy, commands: allowed };
        const around = {
          files,
          cwd: folder,
          env: { ...options.env, ...env },
          timeoutMs: Math.min(timeoutMs ?? policy.limits.timeoutMs, policy.limits.timeoutMs),
          signal: ended,
        };
        return mayHang(shell, command)
          ? threads.run(held, command, around)
          : runScript(shell, held, command, around);
      },
      restricted(view) {
        const inner = view.folder === undefined ? policy.workspace : resolve(view.folder);
        return viewOn({
          ...policy,
          workspace: inner,
          write: policy.write && view.write !== false,
          shell: policy.shell && view.shell !== false,
          mounts: policy.mounts.filter(({ to }) => inner === spec.workspace || isInside(inner, to)),
        });
      },
      get dirty() {
        return dirty;
      },
      async snapshot() {
        dirty = false;
        return takeSnapshot(memory, spec);
      },
      close() {
        if (!isPart) closing.abort();
        return Promise.resolve();
      },
    };
  }
}

/** The parser of just-bash 3.4.2 never comes back from some texts, and what a script makes while it runs nobody can look at before. */
function mayHang(shell: Shell, command: string): boolean {
  try {
    return meetsComputedText(shell.parse(command) as unknown as SyntaxNode);
  } catch {
    // A syntax error, which the shell tells of as well.
    return false;
  }
}

async function infoOf(files: IFileSystem, path: string): Promise<FileInfo | undefined> {
  const own = await files.lstat(path).catch(() => undefined);
  const stat = (await files.stat(path).catch(() => undefined)) ?? own;
  if (stat === undefined) return undefined;
  const kind = stat.isFile ? 'file' : stat.isDirectory ? 'folder' : 'other';
  return {
    path,
    kind,
    size: stat.isFile ? stat.size : 0,
    modified: stat.mtime.getTime(),
    ...(own?.isSymbolicLink === true ? { link: true } : {}),
  };
}

async function listFolder(files: IFileSystem, path: string): Promise<readonly FileInfo[]> {
  const names = await files.readdir(path);
  const entries: FileInfo[] = [];
  for (const name of names.sort()) {
    const entry = path === '/' ? `/${name}` : `${path}/${name}`;
    entries.push((await infoOf(files, entry)) ?? { path: entry, kind: 'other', size: 0, modified: 0 });
  }
  return entries;
}
