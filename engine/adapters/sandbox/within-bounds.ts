import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';

/**
 * A command that sets the bounds of a spec for itself and all that it starts before it becomes the command given, and closes what it was
 * not given to hold: a folder that is open outside of a sandbox would be a way out.
 */
export function within(
  { limits, bounds }: Pick<SandboxSpec, 'limits' | 'bounds'>,
  command: readonly string[],
): readonly string[] {
  const set = [
    'ulimit -c 0',
    `ulimit -f ${Math.ceil(limits.fileBytes / 512)}`,
    `ulimit -d ${bounds.memoryMb * 1024}`,
    // The letter is another one in dash.
    `ulimit -u ${bounds.processes} || ulimit -p ${bounds.processes}`,
  ].map((step) => `{ ${step}; } 2>/dev/null`);
  const close = [3, 4, 5, 6, 7, 8, 9].map((descriptor) => `${descriptor}>&-`);
  return ['/bin/sh', '-c', `exec ${close.join(' ')}; ${set.join('; ')}; exec "$@"`, 'sh', ...command];
}
