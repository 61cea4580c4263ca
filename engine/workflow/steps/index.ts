import type { BranchStep, ForeachStep, LoopStep, ParallelStep } from '../../program/block-step.ts';
import type { FailStep, ReturnStep, Step } from '../../program/step.ts';
import type { Flow, Frame } from '../frame.ts';
import { runAgent } from './agent.ts';
import { runApproval, runAsk } from './approval.ts';
import { runBranch } from './branch.ts';
import { runCodeStep } from './code.ts';
import { runDispatch } from './dispatch.ts';
import { runFail } from './fail.ts';
import { runForeach } from './foreach.ts';
import { runHttp } from './http.ts';
import { runLog } from './log.ts';
import { runLoop } from './loop.ts';
import { runParallel } from './parallel.ts';
import { runPrompt } from './prompt.ts';
import { runReturn } from './return.ts';
import { runSet } from './set.ts';
import { runShell } from './shell.ts';
import { runSkill } from './skill.ts';
import { runTask } from './task.ts';
import { runTool } from './tool.ts';
import { runWait } from './wait.ts';
import { runChild } from './workflow.ts';
import type { At, Worked } from './work.ts';

/** Steps that do something and are recorded. */
export type WorkStep = Exclude<Step, FlowStep>;

/** Steps that steer, evaluated anew on replay. */
export type FlowStep = ParallelStep | ForeachStep | BranchStep | LoopStep | ReturnStep | FailStep;

/** Tells whether a step waits for time, people or another run, perhaps for days. */
export function isPatient({ verb }: WorkStep): boolean {
  return verb === 'wait' || verb === 'approval' || verb === 'ask' || verb === 'workflow';
}

/** Tells whether a model does the work of a step. */
export function asksModel({ verb }: WorkStep): boolean {
  return verb === 'prompt' || verb === 'agent' || verb === 'skill' || verb === 'task';
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
    case 'skill':
      return runSkill(step, frame, at);
    case 'task':
      return runTask(step, frame, at);
    case 'tool':
      return runTool(step, frame, at);
    case 'shell':
      return runShell(step, frame, at);
    case 'http':
      return runHttp(step, frame, at);
    case 'code':
      return runCodeStep(step, frame, at);
    case 'workflow':
      return runChild(step, frame, at);
    case 'dispatch':
      return runDispatch(step, frame, at);
    case 'approval':
      return runApproval(step, frame, at);
    case 'ask':
      return runAsk(step, frame, at);
    case 'wait':
      return runWait(step, frame, at);
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
