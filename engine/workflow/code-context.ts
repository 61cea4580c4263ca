import { parseDuration } from '../core/duration.ts';
import type { EventData } from '../core/event.ts';
import { isObject, toJson, type Json, type JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { ActivityCall } from '../ports/activities.ts';
import type { AnswerInCode, PromptInCode, WorkflowContext, WorkflowLog } from '../ports/code-workflow.ts';
import type { RunContext } from '../ports/durable.ts';
import { eventTopic } from '../ports/topics.ts';
import type { Workflow } from '../program/workflow.ts';
import { checkSignal, problemOf } from './abort.ts';
import { checkpoint, spentOf, type SucceededRecord } from './checkpoint.ts';
import { spending, type Spending } from './spending.ts';
import { stepEvents } from './step-events.ts';

/** What a workflow in code sees of its run. */
export function codeContext(
  workflow: Workflow,
  input: Json,
  context: RunContext,
  env: Readonly<Record<string, string>>,
  spent: Spending,
): WorkflowContext {
  const { activities, id: runId, signal } = context;
  const events = stepEvents(context);
  const used = new Map<string, number>();
  const pathOf = (name: unknown): string => {
    if (typeof name !== 'string' || !/^[A-Za-z][\w-]{0,99}$/.test(name))
      throw new Problem(
        'workflow_failed',
        `"${String(name)}" cannot be the name of a step; write letters, digits, "-" and "_", beginning with a letter`,
      );
    const times = used.get(name) ?? 0;
    used.set(name, times + 1);
    return times === 0 ? name : `${name}[${times}]`;
  };

  /** Work under a checkpoint of its path, with its events. */
  async function recorded(
    verb: string,
    path: string,
    work: (call: ActivityCall) => Promise<Pick<SucceededRecord, 'output' | 'spent'>>,
  ): Promise<Json> {
    checkSignal(signal);
    const startedAt = context.elapsed();
    const record = await checkpoint(context, path, async (): Promise<SucceededRecord> => {
      const attempt = events.work(path, verb) + 1;
      const idempotencyKey = `${runId}/${path}`;
      const call = { runId, stepPath: path, attempt, tries: 1, idempotencyKey, signal };
      const durationMs = (): number => context.elapsed() - startedAt;
      try {
        const done = await work(call);
        checkSignal(signal);
        const { output } = done;
        events.end(path, { status: 'succeeded', output, attempts: attempt, durationMs: durationMs() });
        return { status: 'succeeded', attempts: attempt, ...done };
      } catch (thrown) {
        const problem = signal.aborted ? problemOf(thrown, signal) : stepFailure(path, thrown);
        events.end(path, {
          status: 'failed',
          error: problem.toData(),
          attempts: attempt,
          durationMs: durationMs(),
        });
        throw problem;
      }
    });
    if (record.spent !== undefined) spent.add(record.spent.usage, record.spent.modelCalls);
    return record.output;
  }

  async function prompt(
    agent: string,
    instance: string,
    message: string,
    options: PromptInCode,
  ): Promise<AnswerInCode> {
    const path = pathOf(options.step ?? agent.replaceAll('.', '-'));
    const { session = path, input: typed, role, model, result } = options;
    const answer = await recorded('agent', path, async (call) => {
      const { text, output, usage, modelCalls } = await activities.agent(call, {
        agent,
        instance,
        session,
        message,
        input: typed,
        model,
        role,
        outputSchema: result,
      });
      return {
        output: { text, output, usage: usage as unknown as Json },
        ...spentOf({ usage, modelCalls }),
      };
    });
    return answer as unknown as AnswerInCode;
  }

  return {
    runId,
    workflow: workflow.name,
    input,
    env,
    signal,
    log: logOf((data) => context.emit({ runId, type: 'log', data })),
    step: async (name, work) =>
      (await recorded('code', pathOf(name), async ({ attempt, idempotencyKey }) => {
        // That it starts is known after a crash, before it can have effects.
        await context.committed();
        return { output: jsonOf(name, await work({ attempt, idempotencyKey, signal })) };
      })) as Awaited<ReturnType<typeof work>>,
    agent: (name, instance = runId) => ({
      prompt: (message, options = {}) => prompt(name, instance, message, options),
    }),
    tool: (name, given = {}) =>
      recorded('tool', pathOf(name), async (call) => {
        const called = spending();
        const output = await activities.tool({ ...call, lost: called.add }, { tool: name, input: given });
        return { output, ...spentOf(called) };
      }),
    call: (name, given = {}) =>
      recorded('workflow', pathOf(name.replaceAll('.', '-')), async (call) => {
        const { output, usage } = await activities.workflow(call, { workflow: name, input: given, left: {} });
        return { output, ...spentOf({ usage, modelCalls: 0 }) };
      }),
    async sleep(duration) {
      checkSignal(signal);
      await context.pause(`${pathOf('sleep')}?sleep`, millisecondsOf(duration), signal);
    },
    async event(topic, { timeout } = {}) {
      checkSignal(signal);
      const key = `${pathOf('event')}?event`;
      const received = await context.receive(key, eventTopic(topic), {
        signal,
        ...(timeout === undefined ? {} : { timeoutMs: millisecondsOf(timeout) }),
      });
      return received?.payload;
    },
  };
}

/** A step's own failure keeps its code; anything else is the workflow's. */
function stepFailure(path: string, thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new Problem('workflow_failed', `step "${path}" failed: ${why}`, { cause: thrown });
}

function jsonOf(name: string, value: unknown): Json {
  try {
    return value === undefined ? null : toJson(value);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Problem('output_invalid', `step "${name}" gave a value that is not JSON: ${why}`);
  }
}

function millisecondsOf(duration: string | number): number {
  const ms = typeof duration === 'number' ? duration : parseDuration(duration);
  if (ms !== undefined && Number.isFinite(ms) && ms >= 0) return ms;
  throw new Problem('workflow_failed', `"${duration}" is no duration; write one such as 90s, 1h30m or 2d`);
}

function logOf(write: (data: EventData['log']) => void): WorkflowLog {
  const at =
    (level: EventData['log']['level']) =>
    (message: unknown, fields?: unknown): void =>
      write({ level, message: String(message), ...(fields === undefined ? {} : { fields: plain(fields) }) });
  return Object.assign(at('info'), {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  });
}

function plain(fields: unknown): JsonObject {
  try {
    const json = toJson(fields);
    return isObject(json) ? json : { value: json };
  } catch (thrown) {
    return { unreadable: String(thrown) };
  }
}
