import type { CodeRunnerCase } from './code/case.ts';
import { functionCases } from './code/functions.ts';
import { limitCases } from './code/limits.ts';
import { valueCases } from './code/values.ts';

export type { CodeRunnerCase, CodeRunnerSubject } from './code/case.ts';

/**
 * The contract every runner of Python passes.
 *
 * @example for (const { title, run } of codeRunnerContract) it(title, () => run({ runner }))
 */
export const codeRunnerContract: readonly CodeRunnerCase[] = [...valueCases, ...functionCases, ...limitCases];
