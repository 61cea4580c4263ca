import { posix } from 'node:path';
import type { Sandbox } from '../program/sandbox.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { hashOf } from './hash.ts';
import { hostPatterns } from './hosts.ts';
import { linkCommands } from './link-commands.ts';
import { linkProtected, noteNotKept } from './link-sandbox-files.ts';
import { linkSandboxService } from './link-sandbox-service.ts';
import { modulePath } from './module-path.ts';
import { pathPatterns } from './path-patterns.ts';
import { noteNotHere } from './sandbox-place.ts';
import { projectPath } from './project-path.ts';
import { durationOf } from './scalars.ts';
import { linkEnv } from './secret-sinks.ts';
import type { Visible } from './visible.ts';

/** A sandbox policy: what is not granted is denied. */
export function linkSandbox(
  reporter: Reporter,
  root: Node,
  around: Pick<Visible, 'env' | 'partials'> & {
    readonly folder: string;
    readonly secrets: ReadonlySet<string>;
  },
): Sandbox {
  const type = root.get('type').text() ?? 'virtual';
  const workspace = root.get('workspace').text() ?? '/workspace';
  const write = root.get('write');
  const commands = root.get('commands').list();
  const commandRules = linkCommands(reporter, commands);
  noteNotKept(reporter, root, type);
  noteNotHere(reporter, root, type);
  const limits = root.get('limits');
  const { env, partials, secrets } = around;
  const service = linkSandboxService(reporter, root, { type, secrets });
  return {
    name: root.source.name,
    hash: hashOf(root.source),
    origin: root.origin(),
    type: type as Sandbox['type'],
    workspace,
    write: write.flag() ?? write.list().length > 0,
    shell: root.get('shell').flag() ?? false,
    commands: commandRules.map(({ command }) => command),
    commandRules,
    compound: root.get('compound').flag() ?? commands.length === 0,
    files: {
      read: root.get('read').value === undefined ? undefined : pathPatterns(reporter, root.get('read')),
      write: write.list().length === 0 ? undefined : pathPatterns(reporter, write),
      ...linkProtected(reporter, root.get('protect')),
    },
    network: linkNetwork(reporter, root.get('network')),
    mounts: linkMounts(reporter, root.get('mounts').list(), workspace, around.folder),
    env: linkEnv(reporter, root.get('env').entries(), {
      env,
      partials,
      names: new Set(['env', 'secrets']),
      secrets,
    }),
    limits: {
      timeoutMs: durationOf(limits.get('timeout')) ?? 120_000,
      outputBytes: limits.get('outputBytes').number() ?? 1_048_576,
      fileBytes: limits.get('fileBytes').number() ?? 10_485_760,
    },
    bounds: {
      files: limits.get('files').number() ?? 10_000,
      memoryMb: limits.get('memoryMb').number() ?? 512,
      processes: limits.get('processes').number() ?? 64,
    },
    module: modulePath(reporter, root.get('module'), around.folder),
    ...(service === undefined ? {} : { service }),
    options: root.get('options').object() ?? {},
  };
}

function linkNetwork(reporter: Reporter, node: Node): Sandbox['network'] {
  const allow = hostPatterns(reporter, node.get('allow'));
  const deny = hostPatterns(reporter, node.get('deny'));
  for (const [index, host] of deny.entries()) {
    if (allow.includes(host))
      reporter.report(
        node.get('deny').get(index),
        'ref/duplicate-entry',
        `"${host}" stands under "allow" and under "deny"; keep one of them`,
      );
  }
  return { allow, deny };
}

function linkMounts(
  reporter: Reporter,
  nodes: readonly Node[],
  workspace: string,
  folder: string,
): Sandbox['mounts'] {
  const mounts: Sandbox['mounts'][number][] = [];
  for (const mount of nodes) {
    const from = projectPath(reporter, mount.get('from'), { folder, wanted: 'folder' });
    if (from === undefined) continue;
    const to = posix.resolve(workspace, mount.get('to').text() ?? posix.basename(from));
    const at = mount.get(mount.get('to').value === undefined ? 'from' : 'to');
    if (mounts.some((other) => other.to === to))
      reporter.report(at, 'ref/duplicate-entry', `two mounts are called "${to}"; give one another "to"`);
    if (/(^|\/)\.\.(\/|$)/.test(mount.get('to').text() ?? ''))
      reporter.report(
        at,
        'schema/bad-format',
        'the path of a mount counts from the workspace and has no ".."',
      );
    mounts.push({ from, to, write: mount.get('write').flag() ?? false });
  }
  return mounts;
}
