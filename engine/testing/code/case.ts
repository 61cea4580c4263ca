import assert from 'node:assert/strict';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import type { ProblemCode } from '../../core/problem-codes.ts';
import { Problem } from '../../core/problem.ts';
import {
  defaultCodeLimits,
  type CodeContext,
  type CodeFunction,
  type CodeResult,
  type CodeRunner,
} from '../../ports/code-runner.ts';

/** How the suite gets the runner under test. */
export interface CodeRunnerSubject {
  readonly runner: CodeRunner;
  /** Whether it keeps variables and checks types; default true. */
  readonly keepsState?: boolean;
  readonly checksTypes?: boolean;
}

/** One promise of the code runner port, for any test runner. */
export interface CodeRunnerCase {
  readonly title: string;
  run(subject: CodeRunnerSubject): Promise<void>;
}

/** Runs code with what is not said left at its default. */
export function runWith(
  runner: CodeRunner,
  code: string | readonly string[],
  changes: Partial<Omit<CodeContext, 'limits'>> & { readonly limits?: Partial<CodeContext['limits']> } = {},
): Promise<CodeResult> {
  return runner.run(typeof code === 'string' ? code : code.join('\n'), {
    inputs: {},
    functions: {},
    typeCheck: false,
    signal: new AbortController().signal,
    ...changes,
    limits: { ...defaultCodeLimits, ...changes.limits },
  });
}

/** The value of code. */
export async function valueOf(...given: Parameters<typeof runWith>): Promise<Json> {
  return (await runWith(...given)).value;
}

/** The Problem that work throws, of this code. */
export async function failureWith(code: ProblemCode, work: Promise<unknown>): Promise<Problem> {
  try {
    await work;
  } catch (thrown) {
    assert.ok(thrown instanceof Problem, `a Problem was expected, not ${String(thrown)}`);
    assert.equal(thrown.code, code, thrown.message);
    return thrown;
  }
  throw new Error(`a Problem "${code}" was expected`);
}

/** What the details of a failure say. */
export async function faultWith(work: Promise<unknown>): Promise<JsonObject> {
  const { details } = await failureWith('tool_failed', work);
  assert.ok(isObject(details), 'the details must be a CodeFault');
  return details;
}

/** A function of the suite's own. */
export function functionOf(call: (...args: Json[]) => Json | Promise<Json>): CodeFunction {
  return { call: async (args, named) => call(...args, ...(Object.keys(named).length === 0 ? [] : [named])) };
}
