import { posix } from 'node:path';
import { Problem } from '../../core/problem.ts';
import type { SandboxHost } from '../../ports/sandbox-host.ts';
import type { FileInfo, Sandbox, SandboxView } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { admitCommand } from './admit-command.ts';
import { admitEnvironment } from './command-environment.ts';
import { fileAccess } from './file-access.ts';
import { fileProblem } from './file-problem.ts';
import { allFiles } from './all-files.ts';
import { admitRepositories } from './policy-git.ts';
import { isInside, normalise, temporaryFolder } from './virtual-path.ts';

/** Bytes of the largest settings of a repository that are looked at. */
const largestConfig = 1024 * 1024;

/** How a machine is made a sandbox. */
export interface Guard {
  /** Environment of every command, besides what a call gives. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders that may be seen besides the workspace. */
  readonly visible: readonly string[];
  /** Other names of folders: a path below one is one below its value. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Whether the machine itself keeps commands to what `write` and `folder` of a view say. */
  readonly keepsCommands: boolean;
  /** Whether any call would have to wake the machine up; absent: it is awake. */
  readonly isAsleep?: () => boolean;
}

/**
 * A sandbox on a machine: what the policy of the spec refuses never reaches the machine. The machine keeps its files by itself, so the
 * sandbox is never dirty; a snapshot of it holds the files for somebody else.
 */
export function guarded(spec: SandboxSpec, host: SandboxHost, guard: Guard): Sandbox {
  const closing = new AbortController();
  const access = fileAccess(spec);
  return viewOn(spec, spec.workspace);

  function viewOn(policy: SandboxSpec, folder: string): Sandbox {
    const isPart = folder !== spec.workspace;
    const visible = guard.visible.filter(
      (one) => !isPart || one === temporaryFolder || isInside(folder, one),
    );

    const resolve = (path: string): string => {
      const normal = path.includes('\0')
        ? undefined
        : normalise(aliased(absoluteIn(folder, path), spec.workspace, guard));
      if (normal === undefined || ![folder, ...visible].some((seen) => isInside(seen, normal)))
        throw new Problem(
          'sandbox_denied',
          `path ${JSON.stringify(path)} is outside the sandbox; its workspace is "${folder}"`,
        );
      return normal;
    };
    const at = async <T>(path: string, call: (absolute: string) => Promise<T>): Promise<T> => {
      const absolute = resolve(path);
      return Promise.resolve()
        .then(() => call(absolute))
        .catch((thrown: unknown) => {
          throw fileProblem(thrown, path);
        });
    };
    const change = (path: string, call: (absolute: string) => Promise<void>): Promise<void> =>
      at(path, async (absolute) => {
        admitWrite(policy, absolute, path);
        await call(absolute);
      });

    const sandbox: Sandbox = {
      spec: policy,
      resolve,
      readFile: (path) =>
        at(path, async (absolute) => {
          admitAccess(access.readFault(absolute), path);
          return host.readFile(absolute, policy.limits.fileBytes);
        }),
      writeFile: (path, content) =>
        change(path, async (absolute) => {
          const bytes = typeof content === 'string' ? Buffer.from(content) : content;
          if (bytes.byteLength > policy.limits.fileBytes)
            throw new Error(`EFBIG: larger than ${policy.limits.fileBytes} bytes`);
          admitAccess(access.writeFault(absolute), path);
          await host.writeFile(absolute, bytes);
        }),
      stat: (path) => at(path, (absolute) => host.stat(absolute)),
      list: (path) => at(path, async (absolute) => sorted(await host.list(absolute))),
      makeFolder: (path) =>
        change(path, async (absolute) => {
          const reason = access.writeFault(absolute);
          // The way to a file that may be written may be made.
          if (reason?.startsWith('only these') !== true) admitAccess(reason, path);
          await host.makeFolder(absolute);
        }),
      remove: (path, { recursive = false } = {}) =>
        change(path, async (absolute) => {
          admitRemoval([folder, spec.workspace, ...guard.visible], absolute, path);
          if (!recursive) admitAccess(access.writeFault(absolute), path);
          await host.remove(absolute, recursive);
        }),
      async exec(command, { cwd, env = {}, timeoutMs, signal, commands = [] } = {}) {
        const admitted = await admitCommand(policy, command, {
          commands,
          filesAreKept: guard.keepsCommands,
        });
        admitEnvironment(env);
        const ended = signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]);
        if (ended.aborted) throw new Problem('aborted', 'the command was aborted');
        const place = resolve(cwd ?? folder);
        // A machine that is closed meanwhile may lose its folders first.
        const whole = async <T>(work: Promise<T>): Promise<T> => {
          const settled = await work.then(
            (value) => ({ value }),
            (thrown: unknown) => ({ thrown }),
          );
          if (ended.aborted) throw new Problem('aborted', 'the command was aborted');
          if ('thrown' in settled) throw settled.thrown;
          return settled.value;
        };
        if ((await whole(host.stat(place)))?.kind !== 'folder')
          throw new Problem('sandbox_failed', `there is no folder "${cwd ?? folder}" to run in`);
        await whole(admitRepositories(admitted.commands, place, (path) => textOf(host, path)));
        return host.run({
          argv: admitted.argv,
          script: admitted.script,
          cwd: place,
          env: { HOME: folder, ...guard.env, ...env },
          timeoutMs: Math.min(timeoutMs ?? policy.limits.timeoutMs, policy.limits.timeoutMs),
          signal: ended,
          outputBytes: policy.limits.outputBytes,
          write: policy.write,
          folder,
        });
      },
      restricted: (view) => {
        const inner = view.folder === undefined ? folder : resolve(view.folder);
        return viewOn(narrowed(policy, view, inner, guard.keepsCommands), inner);
      },
      get asleep() {
        return guard.isAsleep?.() ?? false;
      },
      dirty: false,
      snapshot: () => allFiles(sandbox, guard.visible),
      async close() {
        if (isPart) return;
        closing.abort();
        await host.close();
      },
    };
    return sandbox;
  }
}

function narrowed(
  policy: SandboxSpec,
  view: SandboxView,
  folder: string,
  keepsCommands: boolean,
): SandboxSpec {
  const write = policy.write && view.write !== false;
  const isKept = keepsCommands || (write === policy.write && folder === policy.workspace);
  return {
    ...policy,
    workspace: folder,
    write,
    shell: policy.shell && view.shell !== false && isKept,
  };
}

function absoluteIn(folder: string, path: string): string {
  return path.startsWith('/') ? path : `${folder}/${path}`;
}

function aliased(path: string, workspace: string, { alias = {} }: Guard): string {
  if (isInside(workspace, path)) return path;
  for (const [name, folder] of Object.entries(alias)) {
    if (isInside(name, path)) return `${folder}${path.slice(name.length)}`;
  }
  return path;
}

function sorted(entries: readonly FileInfo[]): readonly FileInfo[] {
  const nameOf = ({ path }: FileInfo): string => posix.basename(path);
  return [...entries].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

/** The text of a file, undefined where there is none. Throws for one that is too large to be settings. */
async function textOf(host: SandboxHost, path: string): Promise<string | undefined> {
  try {
    return Buffer.from(await host.readFile(path, largestConfig)).toString();
  } catch (thrown) {
    if (thrown instanceof Error && thrown.message.startsWith('EFBIG'))
      throw new Problem('sandbox_denied', `git is not run here: "${path}" is too large`);
    return undefined;
  }
}

function admitWrite(policy: SandboxSpec, absolute: string, written: string): void {
  if (!policy.write) throw new Problem('sandbox_denied', `writing is not allowed: "${written}"`);
  const mount = policy.mounts.find(({ to }) => isInside(to, absolute));
  if (mount !== undefined && !mount.write)
    throw new Problem(
      'sandbox_denied',
      `writing is not allowed: "${written}" (mount "${mount.to}" is read-only)`,
    );
}

function admitAccess(reason: string | undefined, path: string): void {
  if (reason !== undefined) throw new Error(`EACCES: permission denied: ${reason}, '${path}'`);
}

function admitRemoval(kept: readonly string[], absolute: string, written: string): void {
  if (kept.some((folder) => isInside(absolute, folder)))
    throw new Problem(
      'sandbox_denied',
      `removing is not allowed: "${written}" (the workspace, "/tmp" and mounts stay)`,
    );
}
