import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { hardenedEnvironment } from './command-environment.ts';
import { fileAccess } from './file-access.ts';
import { guarded } from './guarded.ts';
import { hostFiles } from './host-files.ts';
import { endOrphans, endProcesses, makeMark } from './leftovers.ts';
import { runProcess } from './run-process.ts';
import { shellArgv } from './shell-argv.ts';
import { within } from './within-bounds.ts';

/**
 * A folder of this machine and its commands, as the user whom the engine runs as. The file calls stay in the folder; commands do not: they are
 * held to the rules of the spec and to the environment given here, but they are no boundary. The folder is the project, or `options.root`.
 * Throws Problem `sandbox_failed` where there is no such folder.
 */
export function openLocalSandbox(
  spec: SandboxSpec,
  {
    projectRoot,
    env,
    stateFolder,
  }: {
    readonly projectRoot: string;
    readonly env: Readonly<Record<string, string>>;
    /** Folder of the engine's own state, which file calls do not see. */
    readonly stateFolder?: string;
  },
): Sandbox {
  if (process.platform === 'win32')
    throw new Problem('sandbox_failed', 'sandbox type "local" needs a POSIX system; use type "virtual"');
  const root = rootOf(spec, projectRoot);
  endOrphansOnce();
  const running = new Set<Promise<unknown>>();
  const own: SandboxSpec = { ...spec, workspace: root };
  const tree = { host: root, seenAs: root, hidden: stateFolder === undefined ? [] : [realOf(stateFolder)] };
  return guarded(
    own,
    {
      ...hostFiles([tree], fileAccess(own)),
      run({ argv, script, env: given, ...bounds }) {
        const mark = makeMark();
        const work = runProcess({
          ...bounds,
          argv: within(spec, shellArgv(spec, { argv, script }), { isAlone: false }),
          env: { ...hardenedEnvironment, ...given, ...mark.env },
          end: async (group, left) => {
            if (left === 'none' && !isGroup(group)) return;
            await endProcesses(group, mark.text);
          },
        });
        running.add(work);
        const forget = (): void => void running.delete(work);
        work.then(forget, forget);
        return work;
      },
      async close() {
        await Promise.allSettled(running);
      },
    },
    {
      env,
      visible: [],
      alias: { [spec.workspace]: root },
      keepsCommands: false,
    },
  );
}

/** The folder of a local sandbox, without links. */
function rootOf(spec: SandboxSpec, projectRoot: string): string {
  const { root = '.' } = spec.options;
  if (typeof root !== 'string')
    throw new Problem(
      'sandbox_failed',
      `"options.root" of sandbox "${spec.name}" must be the path of a folder`,
    );
  const folder = isAbsolute(root) ? root : join(projectRoot, root);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Problem('sandbox_failed', `there is no folder "${root}" for sandbox "${spec.name}" to work in`);
  return realpathSync(folder);
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function isGroup(id: number): boolean {
  try {
    process.kill(-id, 0);
    return true;
  } catch {
    return false;
  }
}

let isSwept = false;

function endOrphansOnce(): void {
  if (isSwept) return;
  isSwept = true;
  endOrphans();
}
