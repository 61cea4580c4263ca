import { release } from 'node:os';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';

/**
 * A command that sets the bounds of a spec for itself and all that it starts before it becomes the command given.
 * @param place.isAlone whether it runs in a namespace of its own: there the number of its processes can be bounded apart from those of its user, and what it was
 * not given to hold is closed, since a folder that is open from outside would be a way out.
 */
export function within(
  { limits, bounds }: Pick<SandboxSpec, 'limits' | 'bounds'>,
  command: readonly string[],
  { isAlone }: { readonly isAlone: boolean },
): readonly [string, ...string[]] {
  const set = [
    'ulimit -c 0',
    `ulimit -f ${Math.ceil(limits.fileBytes / 512)}`,
    `ulimit -d ${bounds.memoryMb * 1024}`,
    // The letter is another one in dash.
    ...(isAlone && countsByNamespace()
      ? [`ulimit -u ${bounds.processes} || ulimit -p ${bounds.processes}`]
      : []),
  ].map((step) => `{ ${step}; } 2>/dev/null`);
  // The fourth tells the engine that all that was started is gone.
  const close = isAlone ? `exec ${[3, 5, 6, 7, 8, 9].map((one) => `${one}>&-`).join(' ')}; ` : '';
  return ['/bin/sh', '-c', `${close}${set.join('; ')}; exec "$@"`, 'sh', ...command];
}

/** Before 5.14 the kernel counted all processes of a user, those outside too. */
function countsByNamespace(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 14);
}
