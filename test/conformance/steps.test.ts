import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { Json } from '../../engine/core/json.ts';
import { asProblem, Problem, type ProblemData } from '../../engine/core/problem.ts';
import { runWorkflow } from '../../engine/workflow/index.ts';
import { workflowOf, type Spec } from '../workflow/build.ts';
import { fakeContext, trace, type Reply } from '../workflow/fake-context.ts';

/** One case of `steps/*.yaml`: a workflow, what the world answers by step path, and how the run must end. */
interface Case {
  readonly title: string;
  readonly workflow: Spec;
  readonly input?: Json;
  /** Answer by step path: a value, or `{fail: {type, message}}`. Default: the step path. */
  readonly answers?: Readonly<Record<string, Json>>;
  /** What comes to waits by topic, a second after they begin; `answer:<path>?asked` is an answer. Default: nothing. */
  readonly signals?: Readonly<Record<string, Json>>;
  readonly output?: Json;
  readonly problem?: ProblemData;
  readonly events?: readonly string[];
  /** How the requests of all attempts are signed. */
  readonly signs?: readonly object[];
  /** What was asked of the world: the activity, and of its request the parts that matter. */
  readonly calls?: readonly Readonly<Record<string, object>>[];
  /** Milliseconds the run takes, or the fewest and the most where chance has a part. */
  readonly takes?: number | readonly [number, number];
}

const folder = new URL('steps/', import.meta.url);

for (const file of readdirSync(folder).sort()) {
  describe(`conformance: steps/${file}`, () => {
    for (const example of parse(readFileSync(new URL(file, folder), 'utf8')) as Case[]) {
      it(example.title, () => check(example));
    }
  });
}

async function check(example: Case): Promise<void> {
  const { signals = {} } = example;
  const fake = fakeContext({
    reply: answering(example.answers ?? {}),
    signals: Object.entries(signals).map(([topic, payload]) => ({ topic, payload, at: 1000 })),
  });
  const run = runWorkflow(workflowOf(example.workflow), example.input ?? null, fake.context, { env: {} });
  const end = await run.then(
    ({ output }) => ({ output }),
    (thrown: unknown) => ({ problem: asProblem(thrown).toData() }),
  );
  const { output, problem } = example;
  expect(end).to.deep.equal(problem === undefined ? { output: output ?? null } : { problem });
  if (example.events !== undefined) expect(trace(fake.events)).to.deep.equal(example.events);
  const { takes } = example;
  if (typeof takes === 'number') expect(fake.time.now()).to.equal(takes);
  else if (takes !== undefined) expect(fake.time.now()).to.be.within(...takes);
  if (example.signs !== undefined)
    expect(fake.calls.map(({ request }) => (request['request'] as { sign?: object }).sign)).to.deep.equal(
      example.signs,
    );
  if (example.calls === undefined) return;
  const calls = fake.calls.map(({ activity, request }, index) => {
    const wanted = Object.keys(example.calls?.[index]?.[activity] ?? {});
    return { [activity]: Object.fromEntries(wanted.map((name) => [name, request[name]])) };
  });
  expect(calls).to.deep.equal(example.calls);
}

function answering(answers: Readonly<Record<string, Json>>): Reply {
  return ({ call }) => {
    const answer = answers[call.stepPath] ?? call.stepPath;
    const failure = (answer as { readonly fail?: ProblemData }).fail;
    if (failure !== undefined) throw new Problem(failure.type, failure.message);
    return answer;
  };
}
