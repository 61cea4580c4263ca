import type { Program } from '../../program/program.ts';
import { type Node, type Source, rootOf } from '../../source/index.ts';

/** How many calls of a model a run makes that comes to its end; `most` is Infinity where nothing bounds it. */
export interface ModelCalls {
  readonly least: number;
  readonly most: number;
}

/** What a list of steps does: its calls, and whether it may end the run before what follows. */
interface Part extends ModelCalls {
  readonly mayEnd: boolean;
}

const nothing: Part = { least: 0, most: 0, mayEnd: false };

/** Bounds on the model calls of a workflow, from its spec. What runs on its own, such as a `dispatch`, is left out. */
export function modelCallsOf(workflow: Source, program: Program, sources: readonly Source[]): ModelCalls {
  return callsOf(workflow, { program, sources, seen: new Set() });
}

interface World {
  readonly program: Program;
  readonly sources: readonly Source[];
  readonly seen: ReadonlySet<string>;
}

function callsOf(workflow: Source, { seen, ...world }: World): ModelCalls {
  if (seen.has(workflow.name)) return { least: 0, most: Infinity };
  return inList(rootOf(workflow).get('steps'), { ...world, seen: new Set([...seen, workflow.name]) });
}

/** One step after another. Behind a step that may end the run nothing is sure. */
function inList(list: Node, world: World): Part {
  return list.list().reduce((sum: Part, step) => {
    const part = inStep(step, world);
    return {
      least: sum.least + (sum.mayEnd ? 0 : part.least),
      most: sum.most + part.most,
      mayEnd: sum.mayEnd || part.mayEnd,
    };
  }, nothing);
}

function inStep(step: Node, world: World): Part {
  const done = inVerb(step, world);
  const catches = step
    .get('catch')
    .list()
    .map((one) => inList(one.get('steps'), world));
  const attempts =
    step.get('retry').value === undefined ? 1 : (step.get('retry').get('maxAttempts').number() ?? 3);
  const mayFail = catches.length > 0;
  return {
    least: step.get('if').value === undefined && !mayFail ? done.least : 0,
    most: times(done.most, attempts) + Math.max(0, ...catches.map(({ most }) => most)),
    mayEnd: done.mayEnd || catches.some(({ mayEnd }) => mayEnd),
  };
}

function inVerb(step: Node, world: World): Part {
  const has = (verb: string): boolean => step.get(verb).value !== undefined;
  if (has('prompt')) return turns(1 + retriesOf(step, world));
  if (has('agent')) return turns(turnsOf(step.get('agent').text(), world));
  if (has('skill') || has('task')) return turns(turnsOf(step.get('agent').text(), world));
  if (has('workflow')) return inWorkflow(step.get('workflow').text(), world);
  if (has('return') || has('fail')) return { ...nothing, mayEnd: true };
  if (has('parallel')) return inParallel(step.get('parallel'), world);
  if (has('branch')) return inBranch(step.get('branch'), world);
  if (has('foreach')) {
    const { most, mayEnd } = inList(step.get('steps'), world);
    return { least: 0, most: times(most, step.get('foreach').get('maxItems').number() ?? Infinity), mayEnd };
  }
  if (has('loop')) {
    const loop = step.get('loop');
    const round = inList(step.get('steps'), world);
    const rounds = loop.get('maxIterations').number() ?? Infinity;
    // `until` is asked after a round, `while` before the first one.
    const least = loop.get('until').value === undefined ? 0 : round.least;
    return { least, most: times(round.most, rounds), mayEnd: round.mayEnd };
  }
  return nothing;
}

function inParallel(parallel: Node, world: World): Part {
  const branches = parallel
    .get('branches')
    .entries()
    .map(([, steps]) => inList(steps, world));
  const mayEnd = branches.some((branch) => branch.mayEnd);
  return {
    least: mayEnd ? 0 : sum(branches.map(({ least }) => least)),
    most: sum(branches.map(({ most }) => most)),
    mayEnd,
  };
}

function inBranch(branch: Node, world: World): Part {
  const cases = branch.list().map((one) => inList(one.get('steps'), world));
  const hasElse = branch.list().some((one) => one.get('else').value !== undefined);
  return {
    least: hasElse ? Math.min(...cases.map(({ least }) => least)) : 0,
    most: Math.max(0, ...cases.map(({ most }) => most)),
    mayEnd: cases.some(({ mayEnd }) => mayEnd),
  };
}

function inWorkflow(name: string | undefined, world: World): Part {
  const source = world.sources.find((one) => one.kind === 'workflow' && one.name === name);
  if (source === undefined) return nothing;
  // A run of its own may have spending of its own, so that only the most is counted.
  return { ...nothing, most: callsOf(source, world).most };
}

function turns(most: number): Part {
  return { least: 1, most, mayEnd: false };
}

function retriesOf(step: Node, { program }: World): number {
  if (step.get('outputSchema').value === undefined) return 0;
  return Object.values(program.workflows)[0]?.prompter.retries ?? 0;
}

/** Turns of one call of an agent: bounded by `maxTurns` with tools; without, one and those for a better typed result. */
function turnsOf(name: string | undefined, { program }: World): number {
  const agent = name === undefined ? undefined : program.delegates[name];
  if (agent === undefined) return 1;
  const hasTools = agent.builtins.length > 0 || agent.tools.length > 0 || agent.code !== false;
  if (hasTools) return agent.maxTurns;
  return Math.min(agent.maxTurns, 1 + (agent.outputSchema === undefined ? 0 : agent.retries));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Infinity times nothing is nothing here. */
function times(calls: number, count: number): number {
  return calls === 0 || count === 0 ? 0 : calls * count;
}
