import { isObject, type Json } from '../../engine/core/json.ts';
import { asProblem, Problem } from '../../engine/core/problem.ts';
import type { CodeContext, CodeRunner } from '../../engine/ports/code-runner.ts';

/** A runner that keeps what it was given. */
export interface FakeCodeRunner extends CodeRunner {
  readonly runs: readonly { readonly code: string; readonly context: CodeContext }[];
  readonly isClosed: boolean;
}

/**
 * A runner without any bounds, for tests that are not about Python: the code is the body of an async function of JavaScript that sees
 * inputs, functions (by position, the last argument by name when it is an object) and `print`.
 */
export function fakeCodeRunner(): FakeCodeRunner {
  const runs: FakeCodeRunner['runs'][number][] = [];
  let isClosed = false;
  return {
    about: 'It is JavaScript.',
    runs,
    get isClosed() {
      return isClosed;
    },
    async close() {
      isClosed = true;
    },
    async run(code, context) {
      runs.push({ code, context });
      let stdout = '';
      const functions = Object.entries(context.functions).map(([name, { call }]) => [
        name,
        (...args: Json[]) => {
          const last = args.at(-1);
          const named = isObject(last) ? last : undefined;
          return call(named === undefined ? args : args.slice(0, -1), named ?? {}, context.signal);
        },
      ]);
      const names: Readonly<Record<string, unknown>> = {
        ...context.inputs,
        ...(Object.fromEntries(functions) as object),
        print: (text: unknown) => void (stdout += `${String(text)}\n`),
      };
      // The type of async functions has no name.
      const AsyncFunction = (async () => undefined).constructor as new (
        ...parts: string[]
      ) => (...values: unknown[]) => Promise<unknown>;
      try {
        const value = await new AsyncFunction(...Object.keys(names), code)(...Object.values(names));
        return { value: (value ?? null) as Json, stdout, truncated: false };
      } catch (thrown) {
        if (context.signal.aborted) throw context.signal.reason;
        const { message } = thrown instanceof Problem ? asProblem(thrown) : (thrown as Error);
        throw new Problem('tool_failed', `Error: ${message}`, {
          details: { type: 'Error', message, ...(stdout === '' ? {} : { stdout }) },
        });
      }
    },
  };
}
