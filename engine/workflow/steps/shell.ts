import type { ShellStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { callOf, type At, type Worked } from './work.ts';

/** Runs a command in the run's sandbox; the output is `{stdout, stderr, exitCode}`, also of a command that fails. */
export async function runShell(step: ShellStep, frame: Frame, at: At): Promise<Worked> {
  const { shell } = step;
  const { stdout, stderr, exitCode } = await frame.run.context.activities.shell(callOf(step, frame, at), {
    command: 'render' in shell ? shell.render(frame.scope) : shell.map((word) => word.render(frame.scope)),
    cwd: step.cwd?.render(frame.scope),
    env: step.env,
    scope: frame.scope,
  });
  return { output: { stdout, stderr, exitCode } };
}
