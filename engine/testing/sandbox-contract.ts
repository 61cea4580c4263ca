import type { SandboxCase } from './sandbox/case.ts';
import { commandCases } from './sandbox/commands.ts';
import { fileCases } from './sandbox/files.ts';
import { lifetimeCases } from './sandbox/lifetime.ts';
import { policyCases } from './sandbox/policy.ts';

export type { SandboxCase, SandboxSubject } from './sandbox/case.ts';

/**
 * The contract every sandbox with files and a POSIX shell passes; cases with `needs` only where the sandbox has that.
 *
 * @example for (const { title, run } of sandboxContract) it(title, () => run({ open }))
 */
export const sandboxContract: readonly SandboxCase[] = [
  ...fileCases,
  ...policyCases,
  ...commandCases,
  ...lifetimeCases,
];
