import type { EngineEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import { explainConditions, type Ends, type Seen, type Target, type Verdict } from './explain-conditions.ts';
import type { Scope } from '../expr/index.ts';
import { isWithin } from './kept-before.ts';
import type { Execution, Store } from '../ports/store.ts';
import type { Step } from '../program/step.ts';
import type { Workflow } from '../program/workflow.ts';
import { replayRun } from './replay-run.ts';
import { versionOf, type SessionPorts } from '../session/index.ts';
import { shapeOf, stepPlaces, type StepPlace } from './step-places.ts';

/** Why a step of a run went as it did. */
export interface Explanation extends Verdict {
  readonly runId: string;
  readonly workflow: string;
  /** Path of the step in the run; with `[]` for indexes when the run did not come to it. */
  readonly step: string;
  readonly verb: string;
}

/**
 * Explains steps of runs, from what is stored. Throws Problem `invalid_request` when the workflow has no such step, `spec_changed`
 * when the workflow is not the one of the run any more.
 */
export function createWhy(ports: SessionPorts): (run: Execution, step: string) => Promise<Explanation> {
  const { store } = ports;
  return async (run, word) => {
    const { program, specs, env } = await versionOf(ports, run);
    const workflow = Object.hasOwn(program.workflows, run.name) ? program.workflows[run.name] : undefined;
    const isSame = workflow?.hash === run.hash || (run.specs !== undefined && run.specs === specs);
    if (workflow === undefined || !isSame)
      throw new Problem(
        'spec_changed',
        `workflow "${run.name}" ${workflow === undefined ? 'is gone' : 'changed'} since the run, so its steps cannot be explained`,
      );
    const records = await store.checkpoints.all(run.id);
    const ends = await endsOf(store, run.id);
    const places = stepPlaces(workflow.steps);
    const target = find(word, run, places, [...(await reached(workflow, run, records, env)), ...ends.keys()]);
    const seen = new Map<string, Seen>();
    await replayRun(workflow, run, {
      env,
      recorded: (key) => (hides(key, target.path) ? undefined : records.get(key)),
      onStep: (step, path, scope) => void seen.set(path, { step, scope: snapshot(scope) }),
    });
    const parts = explainConditions(target, { seen, ends, run });
    return {
      runId: run.id,
      workflow: run.name,
      step: target.path ?? target.place.shape,
      verb: target.place.step.verb,
      ...parts,
    };
  };

  /** The steps that a run came to, as far as its records tell. */
  async function reached(
    workflow: Workflow,
    run: Execution,
    records: ReadonlyMap<string, Json>,
    env: SessionPorts['env'],
  ): Promise<readonly string[]> {
    const paths: string[] = [];
    await replayRun(workflow, run, {
      env,
      recorded: (key) => records.get(key),
      onStep: (_step: Step, path) => void paths.push(path),
    });
    return paths;
  }
}

function find(word: string, run: Execution, places: readonly StepPlace[], known: readonly string[]): Target {
  const wanted = places.filter(
    ({ step, shape }) => shape === shapeOf(word) || step.path === word || step.id === word,
  );
  const exact = wanted.find(({ shape }) => shape === shapeOf(word));
  const [place, ...others] = exact === undefined ? wanted : [exact];
  if (place === undefined) {
    const ids = places.map(({ step }) => step.id);
    throw new Problem('invalid_request', `workflow "${run.name}" has no step "${word}"${choices(word, ids)}`);
  }
  const paths = new Set(known.filter((path) => wanted.some(({ shape }) => shape === shapeOf(path))));
  if (paths.has(word)) return { place, path: word };
  if (word.includes('[') && /\[\d/.test(word)) return { place };
  const [path, ...more] = paths;
  if (more.length > 0 || (path === undefined && others.length > 0)) {
    const all = path === undefined ? wanted.map(({ shape }) => shape) : [path, ...more];
    const some = all.slice(0, 6).map((one) => `"${one}"`);
    throw new Problem(
      'invalid_request',
      `"${word}" stands for several steps; say which: ${some.join(', ')}${all.length > 6 ? ', …' : ''}`,
    );
  }
  if (path === undefined) return { place };
  return { place: wanted.find(({ shape }) => shape === shapeOf(path)) ?? place, path };
}

/** Whether a record says how a block ended that the target is in, so that a replay would not go there. */
function hides(key: string, target: string | undefined): boolean {
  return target !== undefined && key !== target && isWithin(target, key) && target.charAt(key.length) !== '!';
}

function snapshot(scope: Scope): Scope {
  return { ...scope, steps: { ...(scope['steps'] as Readonly<Record<string, unknown>>) } };
}

async function endsOf(store: Store, runId: string): Promise<Ends> {
  const ends = new Map<string, Extract<EngineEvent, { type: 'step_end' }>['data'] | undefined>();
  for (let after = 0; ;) {
    const page = await store.events.read(runId, { after, limit: 1000 });
    for (const event of page) {
      after = event.index;
      if (event.stepPath === undefined) continue;
      if (event.type === 'step_start') ends.set(event.stepPath, undefined);
      if (event.type === 'step_end') ends.set(event.stepPath, event.data);
    }
    if (page.length < 1000) return ends;
  }
}
