import type { CpOptions, IFileSystem } from 'just-bash';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { isInside, isVisible, normalise, temporaryFolder } from './virtual-path.ts';

/** A file system of which only one folder of the sandbox is left, besides `/tmp` and what the shell needs; links lead no further. */
export function below(inner: IFileSystem, spec: SandboxSpec, folder: string): IFileSystem {
  const admit = (written: string): void => {
    const path = normalise(written) ?? '/';
    if (!isVisible(spec, path) || isInside(temporaryFolder, path) || isInside(folder, path)) return;
    // The way to the folder is there, and shows nothing.
    if (isInside(path, folder)) return;
    throw refusal(path);
  };
  const at = async <T>(path: string, call: () => Promise<T>): Promise<T> => {
    admit(path);
    admit(await inner.realpath(path).catch(() => path));
    return call();
  };
  /** The folder is looked up as well: a new file may lie behind a link. */
  const change = (path: string, call: () => Promise<void>): Promise<void> =>
    at(path, async () => {
      admit(await inner.realpath(path.slice(0, path.lastIndexOf('/')) || '/').catch(() => path));
      await call();
    });
  return {
    readFile: (path, options) => at(path, () => inner.readFile(path, options)),
    readFileBuffer: (path) => at(path, () => inner.readFileBuffer(path)),
    exists: (path) => at(path, () => inner.exists(path)).catch(() => false),
    stat: (path) => at(path, () => inner.stat(path)),
    lstat: (path) => at(path, () => inner.lstat(path)),
    async readdir(path) {
      const names = await at(path, () => inner.readdir(path));
      return isInside(spec.workspace, path) && !isInside(folder, path) ? [] : names;
    },
    readlink: (path) => at(path, () => inner.readlink(path)),
    realpath: (path) => at(path, () => inner.realpath(path)),
    resolvePath: (base, path) => inner.resolvePath(base, path),
    getAllPaths: () =>
      inner
        .getAllPaths()
        .filter(
          (path) => !isVisible(spec, path) || isInside(folder, path) || isInside(temporaryFolder, path),
        ),
    writeFile: (path, content, options) => change(path, () => inner.writeFile(path, content, options)),
    appendFile: (path, content, options) => change(path, () => inner.appendFile(path, content, options)),
    mkdir: (path, options) => change(path, () => inner.mkdir(path, options)),
    rm: (path, options) => change(path, () => inner.rm(path, options)),
    cp: (from: string, to: string, options?: CpOptions) =>
      at(from, () => change(to, () => inner.cp(from, to, options))),
    mv: (from, to) => at(from, () => change(to, () => inner.mv(from, to))),
    chmod: (path, mode) => change(path, () => inner.chmod(path, mode)),
    symlink: (target, path) => change(path, () => inner.symlink(target, path)),
    link: (existing, path) => at(existing, () => change(path, () => inner.link(existing, path))),
    utimes: (path, accessed, modified) => change(path, () => inner.utimes(path, accessed, modified)),
  };
}

function refusal(path: string): Error {
  return Object.assign(new Error(`EACCES: permission denied: outside the folder of this task, '${path}'`), {
    code: 'EACCES',
  });
}
