import { closeSync, constants } from 'node:fs';
import type { HostCommand, SandboxHost } from '../../ports/sandbox-host.ts';
import type { ExecResult, Sandbox, SandboxSnapshot } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { bwrapArguments, type BwrapOrder } from './bwrap-arguments.ts';
import { coversOf } from './covers.ts';
import { findBubblewrap, type Bubblewrap } from './can-isolate.ts';
import { hardenedEnvironment } from './command-environment.ts';
import { makeControlGroup, type ControlGroup } from './control-group.ts';
import { fileAccess } from './file-access.ts';
import { guarded } from './guarded.ts';
import { hostFiles } from './host-files.ts';
import { openHostProxy } from './host-proxy.ts';
import { projectFolder } from './mounts.ts';
import { runProcess } from './run-process.ts';
import { shellArgv } from './shell-argv.ts';
import { whileTheSame } from './still-the-same.ts';
import { openHere, withPlace, type Tree } from './safe-place.ts';
import { isInside, temporaryFolder } from './virtual-path.ts';
import { wayOut } from './way-out.ts';
import { within } from './within-bounds.ts';
import { openScratch } from './private-folder.ts';
import { putBack } from './put-back.ts';

/** How an isolated sandbox is opened. */
export interface IsolatedOptions {
  readonly projectRoot: string;
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the workspace on this machine; made when it is not there. */
  readonly folder: string;
  /** Files to begin with in a folder that was not there. */
  readonly restore?: SandboxSnapshot;
  /** Folders where bubblewrap is looked for; default those of the system. */
  readonly programs?: readonly string[];
}

/**
 * Commands of this machine in namespaces of their own (bubblewrap): they see the system read-only, the workspace, the mounts and a
 * `/tmp` of their own, no process, environment, user or network of this machine. The workspace is a folder that stays. File calls do not
 * go through the sandbox; they work on that folder and cannot leave it either.
 * A network of some hosts only is a proxy that allows these. Throws Problem `sandbox_failed` where bubblewrap is missing or cannot make
 * namespaces.
 */
export async function openIsolatedSandbox(spec: SandboxSpec, options: IsolatedOptions): Promise<Sandbox> {
  const network = networkOf(spec);
  const bubblewrap = await findBubblewrap(options.programs);
  const mounts = await Promise.all(
    spec.mounts.map(async ({ from, to, write }) => ({
      tree: { host: await projectFolder(from, options.projectRoot), seenAs: to },
      write: write && spec.write,
    })),
  );
  const place = await openScratch();
  const proxy = network === 'some' ? await openHostProxy(spec.network, place.socket) : undefined;
  const out = proxy === undefined ? undefined : wayOut(place.socket);
  const trees: readonly Tree[] = [
    { host: options.folder, seenAs: spec.workspace },
    { host: place.temporary, seenAs: temporaryFolder },
    ...mounts.map(({ tree }) => tree),
  ];
  const access = fileAccess(spec);
  const kept = [trees[0], ...mounts.map(({ tree }) => tree)].filter((tree) => tree !== undefined);
  const files = hostFiles(trees, access);
  const own = hostFiles(trees.slice(0, 1), { readFault: () => undefined, writeFault: () => undefined });
  if (options.restore !== undefined) await putBack(own, spec, options.restore);
  for (const { tree } of mounts) if (isInside(spec.workspace, tree.seenAs)) await own.makeFolder(tree.seenAs);
  const running = new Set<Promise<unknown>>();
  let group: ControlGroup | undefined | false = false;

  async function start(command: HostCommand): Promise<ExecResult> {
    if (group === false) group = makeControlGroup(spec.bounds);
    const control = group;
    const covers = (await coversOf(kept, spec, access)).filter(({ path }) => isInside(command.folder, path));
    const isWhole = command.folder === spec.workspace;
    const order: BwrapOrder = {
      network: network === 'all',
      cwd: command.cwd,
      binds: [
        ...(out?.binds ?? []),
        isWhole
          ? { from: place.temporary, to: temporaryFolder, write: true }
          : { to: temporaryFolder, write: true },
        // By the descriptor: nobody can put another folder in its place.
        { from: '/proc/self/fd/3', to: command.folder, write: command.write },
        ...mounts
          .filter(({ tree }) => isWhole || tree.seenAs.startsWith(`${command.folder}/`))
          .map(({ tree, write }) => ({ from: tree.host, to: tree.seenAs, write: write && command.write })),
        ...covers.map(({ path, isFolder, self }) => {
          if (self !== undefined) return { to: path, from: self.from, write: self.write && command.write };
          return isFolder ? { to: path, write: false } : { from: place.nothing, to: path, write: false };
        }),
      ],
    };
    const selves = covers.flatMap(({ path, self }) => (self === undefined ? [] : [path]));
    const bounded = within(spec, shellArgv(spec, command), { isAlone: true });
    const inner = await whileTheSame(trees, selves, out?.around(bounded) ?? bounded);
    return withPlace(trees, command.folder, {}, (at) => {
      const folder = openHere(at, constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        return runProcess({
          argv: argumentsOf(bubblewrap, order, inner, control),
          cwd: '/',
          env: { ...hardenedEnvironment, ...out?.env, ...command.env },
          timeoutMs: command.timeoutMs,
          signal: command.signal,
          outputBytes: command.outputBytes,
          descriptors: [folder],
          end: endNamespace,
        });
      } finally {
        closeSync(folder);
      }
    });
  }

  const host: SandboxHost = {
    ...files,
    run(command) {
      const work = start(command);
      running.add(work);
      const forget = (): void => void running.delete(work);
      work.then(forget, forget);
      return work;
    },
    async close() {
      await Promise.allSettled(running);
      if (group !== false) await group?.remove();
      await proxy?.close();
      await place.remove();
    },
  };
  return guarded(spec, host, {
    env: options.env,
    visible: [temporaryFolder, ...mounts.map(({ tree }) => tree.seenAs)],
    keepsCommands: true,
  });
}

/** The first process of the namespace ends with bubblewrap, and everything in the namespace with it. */
function endNamespace(group: number, left: 'none' | 'some'): Promise<void> {
  if (left === 'some') {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  return Promise.resolve();
}

/** What of the network commands reach: that of the machine, some hosts by a proxy, or nothing. */
function networkOf({ network }: SandboxSpec): 'all' | 'some' | 'none' {
  if (network.allow.length === 0) return 'none';
  return network.allow.includes('*') && network.deny.length === 0 ? 'all' : 'some';
}

function argumentsOf(
  bubblewrap: Bubblewrap,
  order: BwrapOrder,
  inner: readonly string[],
  group: ControlGroup | undefined,
): readonly [string, ...string[]] {
  const outer = [bubblewrap.path, ...bwrapArguments(bubblewrap, order), '--', ...inner];
  if (group === undefined) return outer as [string, ...string[]];
  const join = group.members.map((_, index) => `echo $$ > "$${index + 1}" || exit 125`);
  return [
    '/bin/sh',
    '-c',
    `${join.join('; ')}; shift ${group.members.length}; exec "$@"`,
    'sh',
    ...group.members,
    ...outer,
  ];
}
