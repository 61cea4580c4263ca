import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CpOptions, FileContent, IFileSystem, MkdirOptions, RmOptions } from 'just-bash';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { isInside, mountOf, normalise, nullFile, temporaryFolder } from './virtual-path.ts';

/** Calls between two turns of the event loop: just-bash itself never gives way to timers. */
const callsPerTurn = 32;

/**
 * A file system that itself refuses what the sandbox does not allow, so that no shell command can get around it:
 * writing without `write`, writing into a read-only mount or outside the workspace, removing the workspace, files over the size limit.
 * Refusals are errors whose message starts with `EROFS`, `EACCES`, `EBUSY` or `EFBIG`, as commands expect.
 * @param own the workspace's own files: `entries` counts them, `onWrite` is called after every change of them.
 */
export function withPolicy(
  inner: IFileSystem,
  spec: SandboxSpec,
  own: { readonly entries: () => number; readonly onWrite: () => void },
): IFileSystem {
  let calls = 0;

  async function read<T>(call: () => Promise<T>): Promise<T> {
    calls += 1;
    if (calls % callsPerTurn === 0) await nextTurn();
    return call();
  }

  async function write(
    paths: readonly string[],
    call: () => Promise<void>,
    options: { readonly removes?: string; readonly makes?: string; readonly from?: string } = {},
  ): Promise<void> {
    for (const path of paths) admitWrite(spec, path);
    if (options.makes !== undefined) await admitEntries(options.makes, options.from);
    if (options.removes !== undefined) admitRemoval(spec, options.removes);
    await read(call);
    if (paths.some((path) => mountOf(spec, normalise(path) ?? '/') === undefined)) own.onWrite();
  }

  function admitSize(path: string, bytes: number): void {
    if (bytes <= spec.limits.fileBytes) return;
    throw refusal('EFBIG', `file larger than ${spec.limits.fileBytes} bytes`, path);
  }

  async function admitEntries(path: string, from: string | undefined): Promise<void> {
    if (mountOf(spec, normalise(path) ?? '/') !== undefined) return;
    const tree = normalise(from ?? path) ?? '/';
    const more = from === undefined ? 1 : inner.getAllPaths().filter((one) => isInside(tree, one)).length;
    if (own.entries() + more <= spec.bounds.files) return;
    if (from === undefined && (await inner.exists(path))) return;
    throw refusal('ENOSPC', `more than ${spec.bounds.files} files and folders`, path);
  }

  async function sizeOf(path: string): Promise<number> {
    return inner.stat(path).then(
      (stat) => stat.size,
      () => 0,
    );
  }

  return {
    readFile: (path, options) => read(() => inner.readFile(path, options)),
    readFileBuffer: (path) => read(() => inner.readFileBuffer(path)),
    exists: (path) => read(() => inner.exists(path)),
    stat: (path) => read(() => inner.stat(path)),
    lstat: (path) => read(() => inner.lstat(path)),
    readdir: (path) => read(() => inner.readdir(path)),
    readlink: (path) => read(() => inner.readlink(path)),
    realpath: (path) => read(() => inner.realpath(path)),
    resolvePath: (base, path) => inner.resolvePath(base, path),
    getAllPaths: () => inner.getAllPaths(),
    async writeFile(path, content, options) {
      if (path === nullFile) return;
      await write(
        [path],
        async () => {
          admitSize(path, bytesOf(content));
          await inner.writeFile(path, content, options);
        },
        { makes: path },
      );
    },
    async appendFile(path, content, options) {
      if (path === nullFile) return;
      await write(
        [path],
        async () => {
          admitSize(path, (await sizeOf(path)) + bytesOf(content));
          await inner.appendFile(path, content, options);
        },
        { makes: path },
      );
    },
    mkdir: (path: string, options?: MkdirOptions) =>
      write([path], () => inner.mkdir(path, options), { makes: path }),
    rm: (path: string, options?: RmOptions) =>
      write([path], () => inner.rm(path, options), { removes: path }),
    cp: (from: string, to: string, options?: CpOptions) =>
      write([to], () => inner.cp(from, to, options), { makes: to, from }),
    mv: (from: string, to: string) => write([from, to], () => inner.mv(from, to), { removes: from }),
    chmod: (path: string, mode: number) => write([path], () => inner.chmod(path, mode)),
    symlink: (target: string, path: string) =>
      write([path], () => inner.symlink(target, path), { makes: path }),
    link: (existing: string, path: string) =>
      write([path], () => inner.link(existing, path), { makes: path }),
    utimes: (path: string, accessed: Date, modified: Date) =>
      write([path], () => inner.utimes(path, accessed, modified)),
  };
}

function admitWrite(spec: SandboxSpec, written: string): void {
  const path = normalise(written) ?? '/';
  if (!spec.write) throw refusal('EROFS', 'read-only file system: the sandbox does not allow writing', path);
  const mount = mountOf(spec, path);
  if (mount !== undefined) {
    if (!mount.write) throw refusal('EROFS', `read-only file system: mount "${mount.to}"`, path);
    return;
  }
  if (isInside(spec.workspace, path) || isInside(temporaryFolder, path)) return;
  throw refusal('EACCES', `permission denied: outside the workspace "${spec.workspace}"`, path);
}

function admitRemoval(spec: SandboxSpec, written: string): void {
  const path = normalise(written) ?? '/';
  const kept = [spec.workspace, temporaryFolder, ...spec.mounts.map((mount) => mount.to)];
  if (kept.some((folder) => isInside(path, folder))) {
    throw refusal('EBUSY', 'the workspace, "/tmp" and mounts cannot be removed or moved', path);
  }
}

function refusal(code: string, reason: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${reason}, '${path}'`), { code });
}

function bytesOf(content: FileContent): number {
  return typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength;
}
