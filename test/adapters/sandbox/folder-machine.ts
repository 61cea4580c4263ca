import { spawn } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../../../engine/core/problem.ts';
import type { HostCommand, OpenSandboxHost } from '../../../engine/ports/sandbox-host.ts';
import type { ExecResult, FileInfo } from '../../../engine/ports/sandbox.ts';

/** A machine as a user may write one: plainly, without any policy of its own, in a folder of the project. */
export const folderMachine: OpenSandboxHost = async ({ spec, owner, projectRoot }) => {
  const root = await realpath(
    await mkdir(join(projectRoot, owner), { recursive: true }).then(() => join(projectRoot, owner)),
  );
  const there = (path: string): string => join(root, path.slice(spec.workspace.length));
  const info = async (path: string): Promise<FileInfo | undefined> => {
    const link = await lstat(there(path)).catch(() => undefined);
    if (link === undefined) return undefined;
    const real = await realpath(there(path)).catch(() => '');
    const found = real.startsWith(root) ? await stat(real) : undefined;
    const kind = found === undefined ? 'other' : found.isFile() ? 'file' : 'folder';
    const size = found?.isFile() === true ? found.size : 0;
    return { path, kind, size, modified: link.mtimeMs, ...(link.isSymbolicLink() ? { link: true } : {}) };
  };
  return {
    async readFile(path) {
      const real = await realpath(there(path));
      if (!real.startsWith(root)) throw new Error('EACCES: permission denied: a link leads out');
      return readFile(real);
    },
    async writeFile(path, content) {
      await mkdir(dirname(there(path)), { recursive: true });
      await writeFile(there(path), content);
    },
    stat: info,
    async list(path) {
      const names = await readdir(there(path));
      const all = await Promise.all(names.map((name) => info(`${path}/${basename(name)}`)));
      return all.filter((entry) => entry !== undefined);
    },
    makeFolder: async (path) => void (await mkdir(there(path), { recursive: true })),
    async remove(path, recursive) {
      if ((await lstat(there(path))).isDirectory() && !recursive) await rmdir(there(path));
      else await rm(there(path), { recursive });
    },
    // The folder of the workspace has another name here, and the output is to show the one that was asked for.
    run: (command) => run(command, there(command.cwd), (text) => text.replaceAll(root, spec.workspace)),
    close: () => Promise.resolve(),
  };
};

function run(command: HostCommand, cwd: string, shown: (text: string) => string): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/bash', ['-c', command.script], {
      cwd,
      env: { PATH: '/usr/bin:/bin', ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const outputs = [child.stdout, child.stderr].map((stream) => {
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      return () => shown(text);
    });
    const [out, err] = outputs.map((output) => () => firstBytes(output(), command.outputBytes));
    const end = (problem: Problem): void => {
      clearTimeout(timer);
      reject(problem);
      kill();
    };
    const kill = (): void => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // It has ended.
      }
    };
    const timer = setTimeout(() => {
      end(new Problem('timeout', 'the command ran too long'));
    }, command.timeoutMs);
    command.signal.addEventListener('abort', () => {
      end(new Problem('aborted', 'the command was aborted'));
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      kill();
      child.on('close', () => {
        const [stdout = '', stderr = ''] = [out?.(), err?.()];
        const truncated = outputs.some((output) => Buffer.byteLength(output()) > command.outputBytes);
        resolve({ stdout, stderr, exitCode: code ?? 137, truncated });
      });
    });
  });
}

function firstBytes(text: string, limit: number): string {
  return Buffer.from(text)
    .subarray(0, limit)
    .toString('utf8')
    .replace(/\uFFFD$/, '');
}
