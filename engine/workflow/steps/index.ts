import type {
  AgentStep,
  BranchStep,
  FailStep,
  ForeachStep,
  LogStep,
  LoopStep,
  ParallelStep,
  PromptStep,
  ReturnStep,
  SetStep,
  Step,
  ToolStep,
} from '../../program/workflow.ts';
import type { Flow, Frame } from '../frame.ts';
import { runAgent } from './agent.ts';
import { runBranch } from './branch.ts';
import { runFail } from './fail.ts';
import { runForeach } from './foreach.ts';
import { runLog } from './log.ts';
import { runLoop } from './loop.ts';
import { runParallel } from './parallel.ts';
import { runPrompt } from './prompt.ts';
import { runReturn } from './return.ts';
import { runSet } from './set.ts';
import { runTool } from './tool.ts';
import type { At, Worked } from './work.ts';

/** Steps that do something and are recorded. */
export type WorkStep = PromptStep | AgentStep | ToolStep | SetStep | LogStep;

/** Steps that steer, evaluated anew on replay. */
export type FlowStep = ParallelStep | ForeachStep | BranchStep | LoopStep | ReturnStep | FailStep;

/** Tells whether a step does work of its own. */
export function isWork(step: Step): step is WorkStep {
  switch (step.verb) {
    case 'prompt':
    case 'agent':
    case 'tool':
    case 'set':
    case 'log':
      return true;
    default:
      return false;
  }
}

/** Tells whether a step steers. */
export function isFlow(step: Step): step is FlowStep {
  switch (step.verb) {
    case 'parallel':
    case 'foreach':
    case 'branch':
    case 'loop':
    case 'return':
    case 'fail':
      return true;
    default:
      return false;
  }
}

/** One attempt at the work of a step. */
export async function doWork(step: WorkStep, frame: Frame, at: At): Promise<Worked> {
  switch (step.verb) {
    case 'prompt':
      return runPrompt(step, frame, at);
    case 'agent':
      return runAgent(step, frame, at);
    case 'tool':
      return runTool(step, frame, at);
    case 'set':
      return runSet(step, frame);
    case 'log':
      return runLog(step, frame, at);
  }
}

/** One attempt at a steering step. */
export async function runFlow(step: FlowStep, path: string, frame: Frame): Promise<Flow> {
  switch (step.verb) {
    case 'parallel':
      return runParallel(step, path, frame);
    case 'foreach':
      return runForeach(step, path, frame);
    case 'branch':
      return runBranch(step, path, frame);
    case 'loop':
      return runLoop(step, path, frame);
    case 'return':
      return runReturn(step, frame);
    case 'fail':
      return runFail(step, frame);
  }
}
