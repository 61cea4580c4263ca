import type { EngineOptions } from '../api.ts';
import type { CodeRunner } from '../ports/code-runner.ts';
import type { Harness } from '../ports/harness.ts';
import type { Sandboxes } from '../ports/sandbox.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Program } from '../program/program.ts';
import { openCodeRunners } from './code-runners.ts';
import { openHarnesses } from './harnesses.ts';
import { openSandboxes } from './open-sandboxes.ts';
import { openSecrets, requireSecrets } from './secrets.ts';

/** What a Program works with and what it must find before it can. */
export interface Bound {
  readonly secrets: Secrets;
  readonly harnesses: Readonly<Record<string, Harness>>;
  readonly codeRunners: Readonly<Record<string, CodeRunner>>;
  readonly sandboxes: Sandboxes;
}

/**
 * Binds a Program. Throws Problem `missing_secret` (a required one), `invalid_project` (a module that does not hold what it should),
 * `not_available` (something that is not installed).
 * @param before what an earlier Program of the engine was bound to: runners of code may be at work, and stay.
 */
export async function bindProgram(
  program: Program,
  options: EngineOptions,
  before?: Pick<Bound, 'codeRunners'>,
): Promise<Bound> {
  const secrets = await openSecrets(program, options);
  if (options.readOnly !== true) requireSecrets(program, secrets, options);
  const harnesses = await openHarnesses(program, options);
  const codeRunners = openCodeRunners(program, options);
  const sandboxes = options.ports?.sandboxes ?? (await openSandboxes(program, options, secrets));
  return { secrets, harnesses, codeRunners: before?.codeRunners ?? codeRunners, sandboxes };
}
