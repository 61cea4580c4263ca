import { Problem } from '../../core/problem.ts';
import type { Sandboxes } from '../../ports/sandbox.ts';
import { openNoSandbox } from './none.ts';
import { openVirtualSandbox } from './virtual.ts';

/** Sandbox types this version can open. */
export const sandboxTypes = ['none', 'virtual'] as const;

/**
 * The sandboxes of the engine: `none` refuses every call, `virtual` is an in-memory file system and shell without host processes or network.
 * Any other type throws Problem `sandbox_failed`.
 * @param options.projectRoot absolute path; mounts must lie inside it.
 */
export function createSandboxes(options: { readonly projectRoot: string }): Sandboxes {
  return {
    async open(spec, { restore, env }) {
      if (spec.type === 'none') return openNoSandbox(spec);
      if (spec.type === 'virtual') {
        return openVirtualSandbox(spec, {
          projectRoot: options.projectRoot,
          env,
          ...(restore === undefined ? {} : { restore }),
        });
      }
      throw new Problem(
        'sandbox_failed',
        `sandbox type "${spec.type}" is not available in this version; available: ${sandboxTypes.join(', ')}`,
      );
    },
  };
}
