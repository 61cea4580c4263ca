/** State of an execution: a run of a workflow, or a submission to an agent session. */
export type ExecutionState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';

/** The states an execution never leaves. */
export const terminalStates: readonly ExecutionState[] = ['succeeded', 'failed', 'cancelled'];

/** How a finished step ended. `recovered`: it failed and a `catch` gave its output. */
export type StepStatus = 'succeeded' | 'recovered' | 'skipped' | 'failed';

/** Tells whether a state is final. */
export function isTerminal(state: ExecutionState): boolean {
  return terminalStates.includes(state);
}
