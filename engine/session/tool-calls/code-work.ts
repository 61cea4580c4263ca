import { asProblem } from '../../core/problem.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Activities, ActivityCall } from '../../ports/activities.ts';
import type { CodeFunction } from '../../ports/code-runner.ts';
import {
  bounded,
  codeFunction,
  fileFunctions,
  longestCallMs,
  ownDeadlineMs,
  parametersOf,
  pythonName,
  type CalledFunction,
} from './code-functions.ts';
import { codeLimits, codeRunner } from './code-runners.ts';
import { openDeclared } from './declared-tool.ts';
import { within } from '../deadline.ts';
import type { SessionPorts } from '../ports.ts';
import { redactedProblem } from './redacted-problem.ts';
import type { Workspace } from '../workspaces/workspace.ts';

/**
 * The code of steps: it finds its inputs, the files of the run's workspace, and the tools it is given, whose calls are checked and
 * permitted like those of a `tool` step. What it gives, prints and fails with holds no secret.
 */
export function createCodeWork(
  ports: SessionPorts,
  workspace: Workspace,
  tool: Activities['tool'],
  log: (call: ActivityCall) => (message: string, fields?: JsonObject) => void,
): Activities['code'] {
  return async (call, { code, inputs, tools, limits, left, record }) => {
    const { redact } = ports;
    let calls = 0;
    const functions: Record<string, CodeFunction> = {};
    /** A call that was made before a crash is answered as it was then, also one that had ended at its deadline. */
    const add = (name: string, { parameters, call: work }: CalledFunction, timeoutMs: number): void => {
      const recorded = (input: JsonObject, signal: AbortSignal): Promise<Json> => {
        calls += 1;
        return record(calls, { name, input }, () =>
          bounded(ports.clock, name, timeoutMs, signal, input, work),
        );
      };
      functions[name] = codeFunction(ports.clock, name, { parameters, call: recorded }, ownDeadlineMs);
    };
    try {
      for (const [name, called] of Object.entries(fileFunctions(workspace.spec, () => workspace.open())))
        add(name, called, longestCallMs);
      for (const name of tools) add(pythonName(name), await toolFunction(name), ownDeadlineMs);
      const running = codeRunner(ports).run(code, {
        inputs,
        functions,
        limits: codeLimits(limits),
        typeCheck: false,
        signal: call.signal,
      });
      const { value, stdout, truncated } = await within(call.signal, running);
      if (stdout !== '') log(call)('the code printed', { stdout: redact.text(stdout), truncated });
      return redact.json(value);
    } catch (thrown) {
      throw redactedProblem(redact, asProblem(thrown));
    } finally {
      await workspace.save();
    }

    async function toolFunction(name: string): Promise<CalledFunction> {
      const declared = ports.program.tools[name];
      const { inputSchema } =
        declared === undefined ? { inputSchema: true } : await openDeclared(ports, declared);
      return {
        parameters: parametersOf(inputSchema),
        call: (input, signal) => {
          const number = calls;
          // A place of its own, so that nobody's approval of one call counts for another.
          const stepPath = `${call.stepPath}/${name}[${number}]`;
          const idempotencyKey = `${call.idempotencyKey}/${number}`;
          return tool({ ...call, stepPath, idempotencyKey, signal }, { tool: name, input, left });
        },
      };
    }
  };
}
