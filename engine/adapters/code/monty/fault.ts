import type { CodeFault } from '../../../ports/code-runner.ts';
import type { Failure } from './library.ts';

/** Where and why code failed, and whether it was for its time. */
export function faultOf(failure: Failure): { readonly fault: CodeFault; readonly isLate: boolean } {
  const { typeName: type, message } = failure.exception;
  const frames = failure.traceback?.() ?? failure._native?.traceback?.() ?? [];
  const last = frames.at(-1);
  const isLate = type === 'TimeoutError' && message.startsWith('time limit exceeded: ');
  if (last === undefined) return { isLate, fault: { type, message } };
  const { line, column, sourceLine } = last;
  return {
    isLate,
    fault: {
      ...{ type, message, line, column },
      ...(sourceLine === undefined ? {} : { source: sourceLine.trim() }),
      trace: frames.slice(-maxFrames).map((frame) => ({
        line: frame.line,
        function: frame.functionName ?? '<module>',
      })),
    },
  };
}

/** Frames that are told of a deep recursion. */
const maxFrames = 10;
