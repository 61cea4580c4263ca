import type { Json } from '../../engine/core/json.ts';
import { asProblem, type Problem } from '../../engine/core/problem.ts';
import { runWorkflow, type RunOutcome } from '../../engine/workflow/index.ts';
import { workflow } from './build.ts';
import { fakeContext, type Fake, type FakeOptions } from './fake-context.ts';

/** A run of a workflow written as YAML that succeeds. */
export async function run(
  yaml: string,
  options: FakeOptions & { readonly input?: Json } = {},
): Promise<RunOutcome & { readonly fake: Fake }> {
  const fake = fakeContext(options);
  const outcome = await runWorkflow(workflow(yaml), options.input ?? null, fake.context, {
    env: { REGION: 'eu' },
  });
  return { ...outcome, fake };
}

/** A run of a workflow written as YAML that fails. */
export async function runFailing(
  yaml: string,
  options: FakeOptions & { readonly input?: Json } = {},
): Promise<{ readonly problem: Problem; readonly fake: Fake }> {
  const fake = fakeContext(options);
  const problem = await runWorkflow(workflow(yaml), options.input ?? null, fake.context, { env: {} }).then(
    (outcome) => {
      throw new Error(`the run succeeded with ${JSON.stringify(outcome.output)}`);
    },
    (thrown: unknown) => asProblem(thrown),
  );
  return { problem, fake };
}
