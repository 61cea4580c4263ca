import { existsSync } from 'node:fs';
import type { HostCommand } from '../../ports/sandbox-host.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';

/**
 * The program that runs a command on this machine: the command itself where it is one of plain words, else a shell without settings of
 * its own. A script whose commands were checked is for a POSIX shell; a free one is for bash where there is one.
 */
export function shellArgv(
  { commands }: Pick<SandboxSpec, 'commands'>,
  { argv, script }: Pick<HostCommand, 'argv' | 'script'>,
): readonly [string, ...string[]] {
  if (argv !== undefined) return argv;
  if (commands.length === 0 && existsSync(bash)) return [bash, '--noprofile', '--norc', '-c', script];
  return ['/bin/sh', '-c', script];
}

const bash = '/bin/bash';
