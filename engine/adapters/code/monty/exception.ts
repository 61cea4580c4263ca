import type { Problem, ProblemData } from '../../../core/problem.ts';

/** The exception that a failing function is in Python. */
export function exceptionOf(problem: Problem): { readonly type: string; readonly message: string } {
  if (problem.code === 'internal_error')
    return { type: 'RuntimeError', message: 'the function failed for an internal reason' };
  return { type: types[problem.code] ?? 'RuntimeError', message: problem.message };
}

const types: Readonly<Partial<Record<ProblemData['type'], string>>> = {
  sandbox_denied: 'PermissionError',
  forbidden: 'PermissionError',
  sandbox_failed: 'OSError',
  timeout: 'TimeoutError',
  tool_input_invalid: 'ValueError',
  invalid_input: 'ValueError',
};
