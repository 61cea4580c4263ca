import { relink, type Analysis } from '../compiler.ts';
import { isObject, stableText, type Json } from '../core/json.ts';
import { asProblem } from '../core/problem.ts';
import { openStates } from '../core/status.ts';
import { compileSchema, describeFaults } from '../expr/index.ts';
import type { Execution, Store } from '../ports/store.ts';
import type { Program } from '../program/program.ts';
import type { Step } from '../program/step.ts';
import type { Workflow } from '../program/workflow.ts';
import { createVersions } from './versions.ts';

/** What the specs as they are mean for a run that has not ended. */
export interface RunAgainst {
  readonly runId: string;
  readonly workflow: string;
  readonly state: Execution['state'];
  /**
   * `current`: its specs have not changed. `safe`: what it has recorded fits the new ones too. `mapping`: something that it has
   * recorded is another thing now. `stays`: the new ones do not take it at all. These three end on their own version.
   * `lost`: its version cannot be had any more, so it will fail.
   */
  readonly verdict: 'current' | 'safe' | 'mapping' | 'stays' | 'lost';
  readonly reasons: readonly Reason[];
}

/** Why, and where in the specs as they are. */
export interface Reason {
  readonly message: string;
  /** Path of a step of the run. */
  readonly step?: string;
  readonly file?: string;
  readonly line?: number;
}

/** Looks at every run that has not ended, the oldest first; changes nothing. */
export async function againstRuns(
  folder: string,
  { program, sources }: Analysis & { readonly program: Program },
  store: Store,
): Promise<readonly RunAgainst[]> {
  const versions = createVersions(store.documents, folder);
  const linked = new Map<string, Promise<Analysis>>();
  const versionOf = (specs: string): Promise<Analysis> => {
    const known = linked.get(specs) ?? versions.textsOf(specs).then((texts) => relink(folder, texts));
    linked.set(specs, known);
    return known;
  };
  const found: RunAgainst[] = [];
  for (const run of await unfinishedRuns(store)) {
    const { id: runId, name: workflow, state } = run;
    found.push({ runId, workflow, state, ...(await judge(run)) });
  }
  return found;

  async function judge(run: Execution): Promise<Pick<RunAgainst, 'verdict' | 'reasons'>> {
    const now = Object.hasOwn(program.workflows, run.name) ? program.workflows[run.name] : undefined;
    if (now?.hash === run.hash) return { verdict: 'current', reasons: [] };
    let old: Analysis;
    try {
      if (run.specs === undefined) throw new Error('its version of the specs was never stored');
      old = await versionOf(run.specs);
      await versions.programOf(run.specs);
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : asProblem(thrown).message;
      return { verdict: 'lost', reasons: [{ message }] };
    }
    if (now === undefined)
      return { verdict: 'stays', reasons: [{ message: `workflow "${run.name}" is gone` }] };
    const misfit = inputMisfit(now, run.input);
    if (misfit !== undefined) return { verdict: 'stays', reasons: [misfit] };
    const before = old.draft.workflows[run.name];
    const reasons =
      before === undefined
        ? [{ message: `workflow "${run.name}" is not in the version of the run` }]
        : await differences({
            store,
            run,
            old: stepsOf(before, specIn(old.sources)),
            now: stepsOf(now, specIn(sources)),
            program,
          });
    return { verdict: reasons.length === 0 ? 'safe' : 'mapping', reasons };
  }
}

async function unfinishedRuns({ executions }: Store): Promise<readonly Execution[]> {
  const found: Execution[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = await executions.list({
      kind: 'run',
      states: openStates,
      limit: 1000,
      ...(before === undefined ? {} : { before }),
    });
    found.push(...page);
    if (page.length < 1000) return found.reverse();
  }
}

function inputMisfit({ inputSchema, name, origin }: Workflow, input: Json): Reason | undefined {
  if (inputSchema === undefined) return undefined;
  const { faults } = compileSchema(inputSchema).check(input);
  if (faults.length === 0) return undefined;
  return {
    message: `the input of the run does not fit workflow "${name}": ${describeFaults(faults)}`,
    ...placeOf(origin),
  };
}

/** A step by its path, rounds and items left out: what it says itself, without the steps in it. */
interface Known {
  readonly step: Step;
  readonly says: string;
}

/** What differs between a run's records and the specs as they are. */
async function differences(look: {
  readonly store: Store;
  readonly run: Execution;
  readonly old: ReadonlyMap<string, Known>;
  readonly now: ReadonlyMap<string, Known>;
  readonly program: Program;
}): Promise<readonly Reason[]> {
  const { store, run, old, now, program } = look;
  const records = await store.checkpoints.all(run.id);
  const began = await begunSteps(store, run.id, [...records.keys()], old);
  const reasons: Reason[] = [];
  for (const path of began) {
    const before = old.get(path);
    const after = now.get(path);
    if (after === undefined)
      reasons.push({ message: `step "${path}" is gone, and the run has done it`, step: path });
    else if (before?.says !== after.says)
      reasons.push({
        message: `step "${path}" changed, and the run has begun it`,
        step: path,
        ...placeOf(after.step.origin),
      });
  }
  const order = [...now.keys()];
  const places = began.map((path) => order.indexOf(path)).filter((place) => place !== -1);
  if (places.some((place, index) => place < (places[index - 1] ?? -1)))
    reasons.push({ message: 'steps that the run has begun stand in another order' });
  for (const path of order.slice(0, Math.max(-1, ...places) + 1)) {
    const step = now.get(path)?.step;
    if (!old.has(path) && step !== undefined)
      reasons.push({
        message: `step "${path}" is new, and stands before what the run has done`,
        step: path,
        ...placeOf(step.origin),
      });
  }
  for (const [key, record] of records) {
    const step = now.get(withoutRounds(key))?.step;
    const schema = step?.verb === 'tool' ? program.tools[step.tool]?.outputSchema : undefined;
    if (schema === undefined || !isObject(record) || record['status'] !== 'succeeded') continue;
    const { faults } = compileSchema(schema).check(record['output'] ?? null);
    if (faults.length > 0 && step !== undefined)
      reasons.push({
        message: `what step "${key}" gave does not fit its tool any more: ${describeFaults(faults)}`,
        step: key,
        ...placeOf(step.origin),
      });
  }
  return reasons;
}

/** The steps that a run began, in the order of the workflow it began on. */
async function begunSteps(
  store: Store,
  runId: string,
  keys: readonly string[],
  old: ReadonlyMap<string, Known>,
): Promise<readonly string[]> {
  const began = new Set(keys.map(withoutRounds));
  for (let after = 0; ;) {
    const page = await store.events.read(runId, { after, limit: 1000 });
    for (const { index, stepPath } of page) {
      after = index;
      if (stepPath !== undefined) began.add(withoutRounds(stepPath));
    }
    if (page.length < 1000) break;
  }
  return [...old.keys()].filter((path) => began.has(path));
}

function withoutRounds(path: string): string {
  return path.replace(/\[\d+\]/g, '');
}

/** All steps of a workflow in their order. */
function stepsOf(workflow: Workflow, specOf: (step: Step) => Json | undefined): ReadonlyMap<string, Known> {
  const found = new Map<string, Known>();
  const look = (steps: readonly Step[], prefix: string): void => {
    for (const step of steps) {
      const path = prefix + step.id;
      const says = stableText([own(specOf(step)), step.outputSchema ?? null]);
      found.set(path, { step, says });
      if (step.verb === 'parallel')
        for (const { name, steps: inner } of step.branches) look(inner, `${path}.${name}/`);
      if (step.verb === 'branch') step.cases.forEach((one, index) => look(one.steps, `${path}#${index}/`));
      if (step.verb === 'foreach' || step.verb === 'loop') look(step.steps, `${path}/`);
      step.catch.forEach((one, index) => look(one.steps, `${path}!${index}/`));
    }
  };
  look(workflow.steps, '');
  return found;
}

/** What a step says itself: the steps inside it speak for themselves. */
function own(spec: Json | undefined): Json {
  if (Array.isArray(spec)) return (spec as readonly Json[]).map(own);
  if (!isObject(spec)) return spec ?? null;
  return Object.fromEntries(
    Object.entries(spec).map(([key, value]) => [
      key,
      key === 'steps'
        ? null
        : key === 'branches' && isObject(value)
          ? Object.keys(value)
          : ['branch', 'catch', 'parallel'].includes(key)
            ? own(value)
            : value,
    ]),
  );
}

/** Finds what stands in the file of a step. */
function specIn(sources: Analysis['sources']): (step: Step) => Json | undefined {
  const files = new Map(sources.map((source) => [source.file, source.value]));
  return ({ origin }) => {
    let value: Json | undefined = files.get(origin.file);
    for (const part of origin.pointer.split('/').slice(1)) {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      if (Array.isArray(value)) value = (value as readonly Json[])[Number(key)];
      else value = isObject(value) ? value[key] : undefined;
    }
    return value;
  };
}

function placeOf({ file, range }: Workflow['origin']): Pick<Reason, 'file' | 'line'> {
  return { file, line: range.start.line };
}
