import type { EventScope, NewEvent } from '../../core/event.ts';
import { failpoint } from '../../core/failpoint.ts';
import type { Json } from '../../core/json.ts';
import type { ToolCallPart, ToolResultPart } from '../../core/message.ts';
import { asProblem, Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { compileSchema, describeFaults } from '../../expr/index.ts';
import { withoutCredentials } from '../../journal/index.ts';
import type { Agent } from '../../program/agent.ts';
import { kindsOf } from '../../program/tool-kinds.ts';
import type { BoundTool } from './bound-tool.ts';
import { addCounts, type Count } from '../budget.ts';
import { clearCall } from './clear-call.ts';
import { abortProblem, deadline, within } from '../deadline.ts';
import type { Place } from './main-argument.ts';
import type { People } from './people.ts';
import type { SessionPorts } from '../ports.ts';
import { withRetry } from './retry.ts';

/** Longest tool output a model is shown, in characters of its JSON or text. */
const maxOutput = 60_000;
/** A tool without a timeout of its own is given up after this many milliseconds: nothing waits without a deadline. */
const defaultTimeoutMs = 120_000;

/**
 * Runs one tool call of a model: check, ask people where a rule says so, run with timeout and retries, redact, cut, and tell in events.
 * Failures become error results the model can read; only an abort of the operation throws.
 */
export async function callTool(
  ports: SessionPorts,
  tools: ReadonlyMap<string, BoundTool>,
  call: ToolCallPart,
  operation: {
    readonly agent: Agent;
    /** Absent where nobody can be asked. */
    readonly people: People | undefined;
    readonly place: Place;
    readonly signal: AbortSignal;
    readonly scope: EventScope;
    /** See `CallContext`. */
    readonly callKey: string;
    /** The result goes to code, which gets all of it. */
    readonly isWhole?: true;
    emit(event: NewEvent): void;
    /** Told what runs and agents used that the call calls. */
    used(count: Count): void;
  },
): Promise<ToolResultPart> {
  const scope: EventScope = { ...operation.scope, toolCallId: call.toolCallId };
  const started = ports.clock.elapsed();
  operation.emit({ ...scope, type: 'tool_start', data: { tool: call.toolName, input: call.input } });
  let output: Json;
  let isError = false;
  let errorType: string | undefined;
  let inner = 0;
  let used: Count | undefined;
  try {
    await failpoint('tool.before_exec');
    output = withoutCredentials(ports.redact.json(await (operation.people?.during(run) ?? run())));
    await failpoint('tool.after_exec');
  } catch (thrown) {
    if (operation.signal.aborted) {
      const problem = abortProblem(operation.signal);
      // With the engine only its process ends; the call has no result yet.
      errorType = problem.code;
      if (problem.code !== 'shutting_down') end('the call was aborted', true);
      throw problem;
    }
    isError = true;
    errorType = asProblem(thrown).code;
    output = ports.redact.text(faultText(thrown));
  }
  const told = await shown(output);
  end(told, isError);
  return {
    type: 'tool_result',
    toolCallId: call.toolCallId,
    toolName: call.toolName,
    output: operation.isWhole === true ? output : told,
    isError,
  };

  async function run(): Promise<Json> {
    const called = tools.get(call.toolName);
    if (called === undefined) {
      throw new Problem(
        'tool_input_invalid',
        `no tool "${call.toolName}"${choices(call.toolName, tools.keys())}`,
      );
    }
    if (call.invalid !== undefined) throw new Problem('tool_input_invalid', call.invalid);
    const given = checkInput(called, call.input);
    const { tool, input } = called.standsFor?.(given) ?? { tool: called, input: given };
    const value = tool === called ? given : checkInput(tool, input);
    const { agent, people, callKey } = operation;
    const pending = {
      tool: tool.spec.name,
      kinds: tool.kinds ?? kindsOf({}),
      input: value,
      schema: tool.spec.inputSchema,
      rules: [...(tool.permissions === undefined ? [] : [tool.permissions]), agent.permissions],
      place: operation.place,
      callKey,
      who: `agent "${agent.name}"`,
      agent: agent.name,
    };
    const around = { people, signal: operation.signal, scope, emit: operation.emit };
    if (tool.isFree !== true) await clearCall(ports, pending, around);
    return withRetry(ports.clock, tool.retry, operation.signal, async (attempt) => {
      const limit = deadline(
        ports.clock,
        tool.timeoutMs ?? defaultTimeoutMs,
        [operation.signal],
        `tool "${tool.spec.name}"`,
      );
      try {
        const work = tool.run(value, {
          signal: limit.signal,
          call,
          callKey,
          attempt,
          hold: limit.hold,
          callTool: async (toolName, input) => {
            inner += 1;
            const inside = { callKey: `${callKey}/${inner}`, signal: limit.signal, isWhole: true } as const;
            const toolCallId = `${call.toolCallId}/${inner}`;
            // This call waits, and whether the other one does is its own.
            operation.people?.rest(true);
            try {
              return await callTool(
                ports,
                tools,
                { type: 'tool_call', toolCallId, toolName, input },
                { ...operation, ...inside },
              );
            } finally {
              operation.people?.rest(false);
            }
          },
          log: (message, fields) =>
            operation.emit({
              ...scope,
              type: 'log',
              data: { level: 'info', message, ...(fields === undefined ? {} : { fields }) },
            }),
          progress: (ratio, message) =>
            operation.emit({
              ...scope,
              type: 'progress',
              data: { ratio: Math.min(1, Math.max(0, ratio)), ...(message === undefined ? {} : { message }) },
            }),
          used: (usage, modelCalls) => {
            used = addCounts(used, { usage, modelCalls });
            operation.used({ usage, modelCalls });
          },
        });
        return await (tool.endsItself === true ? work : within(limit.signal, work));
      } finally {
        limit.cancel();
      }
    });
  }

  /** A result as the model is shown it: of a long one the beginning, and where the whole of it is. */
  async function shown(whole: Json): Promise<Json> {
    const text = typeof whole === 'string' ? whole : JSON.stringify(whole);
    if (text.length <= maxOutput) return whole;
    const place = isError ? undefined : await tools.get(call.toolName)?.keepWhole?.(text, operation.callKey);
    const where = place === undefined ? '' : `; all of it is in the file "${place}"`;
    const left = text.length - maxOutput;
    return `${text.slice(0, maxOutput)}\n[cut: ${left} of ${text.length} characters left out${where}]`;
  }

  function end(result: Json, failed: boolean): void {
    operation.emit({
      ...scope,
      type: 'tool_end',
      data: {
        tool: call.toolName,
        isError: failed,
        ...(errorType === undefined ? {} : { errorType }),
        output: result,
        ...used,
        durationMs: ports.clock.elapsed() - started,
      },
    });
  }
}

/** The input with the defaults of its schema. Throws Problem `tool_input_invalid`. */
function checkInput({ spec }: BoundTool, input: Json): Json {
  const { value, faults } = compileSchema(spec.inputSchema).check(input);
  if (faults.length > 0) throw new Problem('tool_input_invalid', `invalid input: ${describeFaults(faults)}`);
  return value;
}

function faultText(thrown: unknown): string {
  const problem = asProblem(thrown);
  return problem.code === 'internal_error' ? 'the tool failed for an internal reason' : problem.message;
}
