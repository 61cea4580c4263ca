/** State of an execution: a run of a workflow, or a submission to an agent session. */
export type ExecutionState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';

/** The states of an execution that has not ended. */
export const openStates = ['queued', 'running', 'waiting'] as const;

/** The states an execution never leaves. */
export const terminalStates: readonly ExecutionState[] = ['succeeded', 'failed', 'cancelled'];

/** All states, as an execution goes through them. */
export const executionStates = [...openStates, 'succeeded', 'failed', 'cancelled'] as const;

/** How a finished step ended. `recovered`: it failed and a `catch` gave its output. */
export type StepStatus = 'succeeded' | 'recovered' | 'skipped' | 'failed';

/** Tells whether a state is final. */
export function isTerminal(state: ExecutionState): boolean {
  return terminalStates.includes(state);
}
