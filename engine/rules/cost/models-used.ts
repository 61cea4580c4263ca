import type { Agent } from '../../program/agent.ts';
import type { ModelChoice } from '../../program/model.ts';
import type { Program } from '../../program/program.ts';
import type { Step } from '../../program/step.ts';
import type { Workflow } from '../../program/workflow.ts';
import { stepLists } from '../walk-steps.ts';

/** The models that an agent asks, and those who work for it; what they fall back to is left out. */
export function modelsOfAgent(agent: Agent, program: Program): readonly ModelChoice[] {
  return ofAgent(agent, chosen(agent.model) ?? program.settings.model, { program, seen: new Set() });
}

/** The models that the steps of a workflow ask, with all that they call; what they fall back to is left out. */
export function modelsOfWorkflow(workflow: Workflow, program: Program): readonly ModelChoice[] {
  return ofWorkflow(workflow, { program, seen: new Set() });
}

interface World {
  readonly program: Program;
  readonly seen: Set<unknown>;
}

function ofAgent(agent: Agent, model: ModelChoice | undefined, world: World): readonly ModelChoice[] {
  const key = `agent ${agent.name} ${model?.provider ?? ''}/${model?.id ?? ''}`;
  if (world.seen.has(key)) return [];
  world.seen.add(key);
  const helpers = agent.subagents.flatMap((name) => {
    const helper = own(world.program.delegates, name);
    return helper === undefined ? [] : ofAgent(helper, chosen(helper.model) ?? model, world);
  });
  return [...(model === undefined ? [] : [model]), ...helpers];
}

function ofWorkflow(workflow: Workflow, world: World): readonly ModelChoice[] {
  if (world.seen.has(workflow)) return [];
  world.seen.add(workflow);
  return [...stepLists(workflow.steps)].flat().flatMap((step) => ofStep(step, workflow, world));
}

function ofStep(step: Step, { prompter }: Workflow, world: World): readonly ModelChoice[] {
  const { program } = world;
  if (step.verb === 'workflow') {
    const callee = own(program.workflows, step.workflow);
    return callee === undefined ? [] : ofWorkflow(callee, world);
  }
  if (step.verb !== 'prompt' && step.verb !== 'agent' && step.verb !== 'skill' && step.verb !== 'task')
    return [];
  const role = step.role === undefined ? undefined : own(program.roles, step.role);
  const asked = step.model ?? role?.model;
  const agent =
    step.verb === 'prompt' || step.agent === undefined ? prompter : own(program.delegates, step.agent);
  if (agent === undefined) return asked === undefined ? [] : [asked];
  return ofAgent(agent, asked ?? chosen(agent.model) ?? program.settings.model, world);
}

function chosen(model: Agent['model']): ModelChoice | undefined {
  return model === false ? undefined : model;
}

function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
