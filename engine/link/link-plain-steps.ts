import { constantValue, dyn, never, nullType, typeFromSchema } from '../expr/index.ts';
import type { FailStep, LogStep } from '../program/step.ts';
import { checkResult } from './link-arguments.ts';
import type { LinkedStep } from './link-steps.ts';
import { visibleIn } from './step-scope.ts';
import { neededText, valueAt, type AtStep } from './step-parts.ts';
import { schemaType } from './step-types.ts';
import { linkValue } from './text.ts';

/** `set`: values are computed. */
export function linkSet(at: AtStep): LinkedStep {
  const { node, linker, base } = at;
  const set = valueAt(at, node.get('set'));
  if (base.outputSchema !== undefined)
    checkResult(
      linker.reporter,
      node.get('set'),
      set?.typed,
      typeFromSchema(base.outputSchema),
      base.outputSchema,
    );
  return {
    output: schemaType(base.outputSchema, set?.typed.type ?? dyn),
    step: { ...base, verb: 'set', value: set?.value ?? constantValue({}) },
  };
}

/** `log`: a line is written. */
export function linkLog(at: AtStep): LinkedStep {
  const { node, linker, block, base } = at;
  const log = node.get('log');
  const level = log.get('level').text() ?? 'info';
  const step: LogStep = {
    ...base,
    verb: 'log',
    level: level === 'debug' || level === 'warn' || level === 'error' ? level : 'info',
    message: neededText(at, log.text() === undefined ? log.get('message') : log),
    data: linkValue(linker.reporter, log.get('data'), visibleIn(block)),
  };
  return { output: nullType, step };
}

/** `return`: the run ends with an output. */
export function linkReturn(at: AtStep): LinkedStep {
  const { node, linker, block, base } = at;
  const result = valueAt(at, node.get('return'));
  checkResult(linker.reporter, node.get('return'), result?.typed, block.result, block.resultSchema);
  return { output: never, step: { ...base, verb: 'return', value: result?.value ?? constantValue(null) } };
}

/** `fail`: the run ends as failed. */
export function linkFail(at: AtStep): LinkedStep {
  const { node, linker, block, base } = at;
  const fail = node.get('fail');
  const step: FailStep = {
    ...base,
    verb: 'fail',
    code: fail.get('code').text() ?? 'workflow_failed',
    message: neededText(at, fail.text() === undefined ? fail.get('message') : fail),
    details: linkValue(linker.reporter, fail.get('details'), visibleIn(block)),
  };
  return { output: never, step };
}
