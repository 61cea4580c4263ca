import { posix, relative, resolve } from 'node:path';
import type { Sandbox } from '../program/sandbox.ts';
import { type Node, onDisk } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { hashOf } from './hash.ts';
import { durationOf } from './scalars.ts';
import { linkValues, type Visible } from './text.ts';

const availableTypes = ['none', 'virtual'];

/** A sandbox policy: what is not granted is denied. */
export function linkSandbox(
  reporter: Reporter,
  root: Node,
  around: Pick<Visible, 'env' | 'partials'> & { readonly folder: string },
): Sandbox {
  const type = root.get('type').text() ?? 'virtual';
  if (!availableTypes.includes(type)) {
    reporter.unavailable(
      root.get('type'),
      `sandbox type "${type}" is not available in this version; expected one of "none", "virtual"`,
    );
  }
  const workspace = root.get('workspace').text() ?? '/workspace';
  const write = root.get('write');
  if (write.list().length > 0) {
    reporter.unavailable(write, 'a list under "write" is not available in this version; write true or false');
  }
  const limits = root.get('limits');
  return {
    name: root.source.name,
    hash: hashOf(root.source),
    origin: root.origin(),
    type: type as Sandbox['type'],
    workspace,
    write: write.flag() ?? false,
    shell: root.get('shell').flag() ?? false,
    commands: root
      .get('commands')
      .list()
      .flatMap((rule) => linkCommand(reporter, rule)),
    mounts: root
      .get('mounts')
      .list()
      .flatMap((mount) => linkMount(reporter, mount, workspace, around)),
    env: linkValues(reporter, root.get('env'), { ...around, names: new Set(['env']) }),
    limits: {
      timeoutMs: durationOf(limits.get('timeout')) ?? 120_000,
      outputBytes: limits.get('outputBytes').number() ?? 1_048_576,
      fileBytes: limits.get('fileBytes').number() ?? 10_485_760,
    },
    options: root.get('options').object() ?? {},
  };
}

function linkCommand(reporter: Reporter, rule: Node): string[] {
  const name = rule.text();
  if (name !== undefined && !/\s/.test(name)) return [name];
  reporter.unavailable(
    rule,
    'rules for arguments are not available in this version; write the name of the command alone',
  );
  return [];
}

function linkMount(
  reporter: Reporter,
  mount: Node,
  workspace: string,
  around: { readonly folder: string },
): Sandbox['mounts'] {
  const from = mount.get('from').text();
  if (from === undefined) return [];
  const absolute = resolve(around.folder, from);
  const inside = relative(around.folder, absolute);
  if (inside.startsWith('..')) {
    reporter.report(
      mount.get('from'),
      'ref/outside-project',
      `"${from}" is outside the project; a mount must be a folder of the project`,
    );
    return [];
  }
  if (onDisk(absolute) !== 'folder') {
    reporter.report(mount.get('from'), 'ref/unknown-folder', `no folder "${from}" in the project`);
    return [];
  }
  return [
    {
      from: absolute,
      to: posix.resolve(workspace, mount.get('to').text() ?? posix.basename(from)),
      write: mount.get('write').flag() ?? false,
    },
  ];
}
