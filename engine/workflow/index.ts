export { runCode } from './run-code.ts';
export { runWorkflow } from './run.ts';
export type { RunOptions, RunOutcome } from './run.ts';
export { isWaitKey } from './steps/work.ts';
