import { isObject, type Json } from '../core/json.ts';
import type { Limits } from '../program/agent.ts';
import type { Workflow } from '../program/workflow.ts';

/** Key of the record of what the caller of a run has left for it. */
export const leftKey = '?left';

/** Key of the record of who called a run. */
export const callersKey = '?callers';

/** Key of the record of how many model calls a run made; it comes with the outcome. */
export const modelCallsKey = '?modelCalls';

/** A workflow whose runs use no more than their caller has left, as it is recorded; undefined: nobody called. */
export function within(workflow: Workflow, left: Json | undefined): Workflow {
  if (!isObject(left)) return workflow;
  const { limits } = workflow;
  const least = (name: 'modelCalls' | 'tokens' | 'costUsd'): Limits => {
    const [own, given] = [limits[name], left[name]];
    return typeof given === 'number' ? { [name]: Math.min(own ?? Infinity, given) } : {};
  };
  return {
    ...workflow,
    limits: { ...limits, ...least('modelCalls'), ...least('tokens'), ...least('costUsd') },
  };
}
