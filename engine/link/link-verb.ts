import type { StepBase } from '../program/step.ts';
import { linkBranch, linkForeach, linkLoop, linkParallel, type LinkSteps } from './link-block-steps.ts';
import { linkCode, linkHttpStep, linkShell, linkToolStep, linkWorkflowStep } from './link-call-steps.ts';
import { linkAgentStep, linkDispatch, linkPrompt, linkSkillStep, linkTask } from './link-model-steps.ts';
import { linkApproval, linkAsk, linkWait } from './link-people-steps.ts';
import { linkFail, linkLog, linkReturn, linkSet } from './link-plain-steps.ts';
import type { LinkedStep, StepLinker } from './link-steps.ts';
import type { Node } from '../source/index.ts';
import { durationOf, retryOf } from './scalars.ts';
import type { AtStep } from './step-parts.ts';
import { visibleIn, type Block } from './step-scope.ts';
import { dyn } from '../expr/index.ts';
import { linkTemplate, linkValue } from './text.ts';

/** Every verb of the language and how it is linked; the first one a step has is its verb. */
const verbs: Readonly<Record<string, (at: AtStep, linkSteps: LinkSteps) => LinkedStep>> = {
  prompt: linkPrompt,
  skill: linkSkillStep,
  task: linkTask,
  // The agent of a skill or task is no verb, so these come first.
  agent: linkAgentStep,
  tool: linkToolStep,
  shell: linkShell,
  code: linkCode,
  http: linkHttpStep,
  workflow: linkWorkflowStep,
  dispatch: linkDispatch,
  set: linkSet,
  log: linkLog,
  parallel: linkParallel,
  foreach: linkForeach,
  branch: linkBranch,
  loop: linkLoop,
  approval: linkApproval,
  ask: linkAsk,
  wait: linkWait,
  return: linkReturn,
  fail: linkFail,
};

const allVerbs = Object.entries(verbs);

/** Links what a step does, in the block where its condition holds. */
export function linkVerb(
  linker: StepLinker,
  node: Node,
  block: Block,
  place: Pick<StepBase, 'id' | 'path' | 'if' | 'catch'>,
  linkSteps: LinkSteps,
): LinkedStep {
  const written = node.object() ?? {};
  const [verb, link] = allVerbs.find(([candidate]) => Object.hasOwn(written, candidate)) ?? [];
  if (verb === undefined || link === undefined) return { step: undefined, output: dyn };
  const base = linkBase(linker, node, block, place, stepTimeoutOf(block, verb));
  return link({ linker, node, block, base }, linkSteps);
}

/** The deadline of a work step that says none; an agent brings its own. */
function stepTimeoutOf({ config }: Block, verb: string): number | undefined {
  if (verb !== 'prompt' && verb !== 'skill' && verb !== 'task' && verb !== 'agent') return undefined;
  return durationOf(config.defaults?.get('stepTimeout')) ?? (verb === 'prompt' ? 600_000 : undefined);
}

function linkBase(
  linker: StepLinker,
  node: Node,
  block: Block,
  place: Pick<StepBase, 'id' | 'path' | 'if' | 'catch'>,
  timeoutMs: number | undefined,
): StepBase {
  const { reporter } = linker;
  return {
    ...place,
    origin: node.origin(),
    description: node.get('description').text(),
    outputSchema: node.get('outputSchema').object(),
    timeoutMs: durationOf(node.get('timeout')) ?? timeoutMs,
    retry: retryOf(node.get('retry')),
    idempotencyKey: linkValue(reporter, node.get('idempotencyKey'), visibleIn(block)),
    session: linkTemplate(reporter, node.get('session'), visibleIn(block)),
  };
}
