import type { CodeOptions, RunCodeResult } from '../api/call-options.ts';
import type { ResultOf, ResultSchema } from '../api/result-schema.ts';
import type { SessionAddress } from '../core/ids.ts';
import { toJson, type Json, type JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { compileSchema, describeFaults } from '../expr/index.ts';
import type { CodeFunction, CodeLimits } from '../ports/code-runner.ts';
import type { Agent } from '../program/agent.ts';
import { readResultSchema } from './result-schema.ts';
import {
  codeFunction,
  codeLimits,
  codeRunner,
  fileFunctions,
  type SessionPorts,
  type Sessions,
} from '../session/index.ts';

/**
 * Runs code beside a session, with its files.
 * Throws Problem `not_available`, `invalid_request`, `result_invalid`, and what the runner throws.
 */
export async function runCode<Result extends ResultSchema>(
  ports: SessionPorts,
  sessions: Sessions,
  agent: Agent,
  address: SessionAddress,
  code: string,
  options: CodeOptions<Result>,
): Promise<RunCodeResult<ResultOf<Result>>> {
  const { inputs = {}, functions = {}, typeCheck = false, state, signal } = options;
  const runner = codeRunner(ports, options.runner);
  const asked = readResultSchema(options.result);
  return sessions.files(agent, address, async (sandbox) => {
    // Variables that are kept go with no functions.
    const files = state === undefined ? fileFunctions(sandbox.spec, () => Promise.resolve(sandbox)) : {};
    const all: Record<string, CodeFunction> = {};
    for (const [name, called] of Object.entries(files))
      if (!Object.hasOwn(inputs, name)) all[name] = codeFunction(ports.clock, name, called);
    for (const [name, work] of Object.entries(functions)) all[name] = ofCaller(name, work);
    const ran = await runner.run(code, {
      inputs,
      functions: all,
      limits: limitsOf(options),
      typeCheck,
      signal: signal ?? new AbortController().signal,
      ...(state === undefined ? {} : { state }),
    });
    const value = (await asked.output(checked(asked.schema, ran.value))) as ResultOf<Result>;
    return { ...ran, value };
  });

  function ofCaller(name: string, work: (...args: Json[]) => unknown): CodeFunction {
    return {
      async call(args, named, end) {
        const plain = codeFunction(ports.clock, name, {
          parameters: [],
          async call() {
            try {
              return jsonOf(name, await work(...args, ...(isEmpty(named) ? [] : [named])));
            } catch (thrown) {
              throw thrown instanceof Problem ? thrown : new Problem('tool_failed', messageOf(thrown));
            }
          },
        });
        return plain.call([], {}, end);
      },
    };
  }
}

function limitsOf({ timeoutMs, limits = {} }: CodeOptions<ResultSchema>): CodeLimits {
  const { memoryMb, ...others } = limits;
  return codeLimits({
    ...others,
    ...(timeoutMs === undefined ? {} : { timeMs: timeoutMs }),
    ...(memoryMb === undefined ? {} : { memoryBytes: memoryMb * 1024 * 1024 }),
  });
}

/** A function of the caller may tell the code what it likes. */
function jsonOf(name: string, value: unknown): Json {
  try {
    return toJson(value);
  } catch (thrown) {
    throw new Problem('tool_failed', `what "${name}" gave is not JSON: ${messageOf(thrown)}`);
  }
}

function checked(schema: Parameters<typeof compileSchema>[0] | undefined, value: Json): Json {
  if (schema === undefined) return value;
  const found = compileSchema(schema).check(value);
  if (found.faults.length === 0) return found.value;
  throw new Problem('result_invalid', `the value of the code does not fit: ${describeFaults(found.faults)}`);
}

function isEmpty(named: JsonObject): boolean {
  return Object.keys(named).length === 0;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
