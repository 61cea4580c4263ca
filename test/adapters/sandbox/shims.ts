import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of programs that do nothing but write down that they ran: an oracle outside the engine. */
export interface Shims {
  /** Runs an admitted command as a sandbox on this machine would, with no program but the shims to be found. */
  run(admitted: { readonly argv: readonly string[] | undefined; readonly script: string }): Promise<void>;
  /** Names of the programs that ran since the last call. */
  ran(): Promise<readonly string[]>;
  /** Names of the files that commands left. */
  left(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/** Makes shims for programs by name. */
export async function createShims(names: readonly string[]): Promise<Shims> {
  const root = await mkdtemp(join(tmpdir(), 'shims-'));
  const bin = join(root, 'bin');
  const work = join(root, 'work');
  const log = join(root, 'log');
  await mkdir(bin);
  await mkdir(work);
  await writeFile(log, '');
  await writeFile(join(root, 'shim'), `#!/bin/sh\nprintf '%s\\n' "\${0##*/}" >> '${log}'\n`);
  await chmod(join(root, 'shim'), 0o755);
  for (const name of names) await symlink(join(root, 'shim'), join(bin, name));
  return {
    run: ({ argv, script }) =>
      new Promise((resolve) => {
        const [file, ...args] =
          argv === undefined ? ['/bin/sh', '-c', script] : [join(bin, argv[0] ?? ''), ...argv.slice(1)];
        const options = { cwd: work, env: { PATH: bin }, timeout: 3_000, killSignal: 'SIGKILL' as const };
        execFile(file, args, options, () => {
          resolve();
        }).stdin?.end();
      }),
    async ran() {
      const text = await readFile(log, 'utf8');
      await writeFile(log, '');
      return text.split('\n').filter((line) => line !== '');
    },
    left: () => readdir(work),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
