import type { CpOptions, FileContent, IFileSystem, RmOptions } from 'just-bash';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { fileAccess } from './file-access.ts';
import { isInside, normalise, nullFile } from './virtual-path.ts';

/**
 * A file system that keeps commands and tools to the path patterns of a spec, whatever way a path is written: links are followed before
 * a path is judged, and a folder is moved, copied or removed only if all of it may be. Refusals start with `EACCES`.
 */
export function withFileAccess(inner: IFileSystem, spec: SandboxSpec): IFileSystem {
  const access = fileAccess(spec);
  if (!access.isNarrow) return inner;

  const admit = (fault: string | undefined, path: string): void => {
    if (fault === undefined) return;
    throw Object.assign(new Error(`EACCES: permission denied: ${fault}, '${path}'`), { code: 'EACCES' });
  };
  /** The path as written and where it leads: both must be allowed. */
  const placesOf = async (path: string): Promise<readonly string[]> => {
    const written = normalise(path) ?? '/';
    const real = await inner.realpath(path).catch(async () => {
      const end = written.lastIndexOf('/');
      const folder = await inner.realpath(written.slice(0, end) || '/').catch(() => written.slice(0, end));
      return `${folder}/${written.slice(end + 1)}`;
    });
    return [written, normalise(real) ?? '/'];
  };
  const admitRead = async (path: string): Promise<void> => {
    for (const place of await placesOf(path)) admit(access.readFault(place), place);
  };
  const admitWrite = async (path: string): Promise<void> => {
    for (const place of await placesOf(path)) if (place !== nullFile) admit(access.writeFault(place), place);
  };
  /** Everything below a folder, and the folder. */
  const treeOf = async (path: string): Promise<readonly string[]> => {
    const [, real = '/'] = await placesOf(path);
    return [real, ...inner.getAllPaths().filter((one) => one !== real && isInside(real, one))];
  };
  const isFolder = async (path: string): Promise<boolean> => {
    const found = await inner.stat(path).catch(() => undefined);
    return found?.isDirectory === true;
  };
  const admitMove = async (from: string, to: string, removes: boolean): Promise<void> => {
    await admitRead(from).catch(async (thrown: unknown) => {
      if (!(await isFolder(from))) throw thrown;
    });
    const target = normalise(to) ?? '/';
    const tree = await treeOf(from);
    for (const path of tree) {
      const at = `${target}${path.slice(tree[0]?.length ?? 0)}`;
      const isLeaf = tree.length === 1 || !(await isFolder(path));
      if (isLeaf) admit(access.readFault(path), path);
      if (isLeaf) admit(access.writeFault(at), at);
      if (removes && isLeaf) admit(access.writeFault(path), path);
    }
  };

  return {
    ...through(inner),
    readFile: async (path, options) => admitRead(path).then(() => inner.readFile(path, options)),
    readFileBuffer: async (path) => admitRead(path).then(() => inner.readFileBuffer(path)),
    writeFile: async (path, content: FileContent, options) =>
      admitWrite(path).then(() => inner.writeFile(path, content, options)),
    appendFile: async (path, content: FileContent, options) =>
      admitWrite(path).then(() => inner.appendFile(path, content, options)),
    async rm(path: string, options?: RmOptions) {
      const link = await inner.lstat(path).catch(() => undefined);
      if (link?.isDirectory !== true) admit(access.writeFault(normalise(path) ?? '/'), path);
      else
        for (const one of await treeOf(path)) if (!(await isFolder(one))) admit(access.writeFault(one), one);
      await inner.rm(path, options);
    },
    cp: async (from: string, to: string, options?: CpOptions) =>
      admitMove(from, to, false).then(() => inner.cp(from, to, options)),
    mv: async (from: string, to: string) => admitMove(from, to, true).then(() => inner.mv(from, to)),
    chmod: async (path: string, mode: number) => admitWrite(path).then(() => inner.chmod(path, mode)),
    symlink: async (target: string, path: string) => admitWrite(path).then(() => inner.symlink(target, path)),
    async link(existing: string, path: string) {
      await admitRead(existing);
      await admitWrite(existing);
      await admitWrite(path);
      await inner.link(existing, path);
    },
    utimes: async (path: string, accessed: Date, modified: Date) =>
      admitWrite(path).then(() => inner.utimes(path, accessed, modified)),
    async mkdir(path, options) {
      // The way to a file that may be written may be made, one into a protected folder may not.
      const places = await placesOf(path);
      if (spec.files.write === undefined) for (const place of places) admit(access.writeFault(place), place);
      else for (const place of places) admit(protectedFault(place), place);
      await inner.mkdir(path, options);
    },
  };

  function protectedFault(place: string): string | undefined {
    const fault = access.writeFault(place);
    return fault?.startsWith('only these') === true ? undefined : fault;
  }
}

/** The calls that only look at names. */
function through(
  inner: IFileSystem,
): Pick<
  IFileSystem,
  'exists' | 'stat' | 'lstat' | 'readdir' | 'readlink' | 'realpath' | 'resolvePath' | 'getAllPaths'
> {
  return {
    exists: (path) => inner.exists(path),
    stat: (path) => inner.stat(path),
    lstat: (path) => inner.lstat(path),
    readdir: (path) => inner.readdir(path),
    readlink: (path) => inner.readlink(path),
    realpath: (path) => inner.realpath(path),
    resolvePath: (base, path) => inner.resolvePath(base, path),
    getAllPaths: () => inner.getAllPaths(),
  };
}
