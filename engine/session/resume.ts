import type { EventData } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { addUsage, noUsage, type Message, type ToolCallPart, type ToolResultPart } from '../core/message.ts';
import { countMore } from './budget.ts';
import { reportCompaction } from './compaction/compaction.ts';
import type { CompactionEntry } from './entry.ts';
import { unknownOutcome } from './unknown-outcome.ts';
import type { Operation } from './operation.ts';
import { dropPartial, partialOf } from './partial-text.ts';
import { countOf, pastTasks } from './tasks/past-tasks.ts';
import type { SessionPorts } from './ports.ts';

/**
 * Takes up an operation that a crash cut off: counts again what it had spent, and answers the tool calls that were open: with their
 * recorded results, by making those again that may be or that wait for a person, and else with "outcome unknown". Gives how many
 * turns it had.
 */
export async function takeUp(
  ports: SessionPorts,
  operation: Operation,
  callTool: (call: ToolCallPart) => Promise<ToolResultPart>,
): Promise<number> {
  const { history, spent, tools, callKeys, people } = operation;
  const ended = new Set<string>();
  let turns = 0;
  const results = await readPast(ports, operation);
  await tellPartial(ports, operation, ended);
  const open = history.openCalls();
  if (open.length === 0) return turns;
  const content = await Promise.all(
    open.map(async (call): Promise<ToolResultPart> => {
      const recorded = results.get(call.toolCallId);
      const { toolCallId, toolName } = call;
      const isOpen = people?.isAsking(callKeys.peek(toolCallId)) === true;
      if (recorded === undefined && (isOpen || tools.get(toolName)?.repeatable === true))
        return callTool(call);
      callKeys.next(toolCallId);
      return recorded === undefined
        ? unknownOutcome(call)
        : { type: 'tool_result', toolCallId, toolName, ...recorded };
    }),
  );
  await history.append({ role: 'tool', content });
  return turns;

  /** Results of the last turn that were stored before the crash. */
  async function readPast(
    { journal }: SessionPorts,
    { scope }: Operation,
  ): Promise<ReadonlyMap<string, { readonly output: Json; readonly isError: boolean }>> {
    const found = new Map<string, { readonly output: Json; readonly isError: boolean }>();
    const { compaction } = history.context;
    let isTold = false;
    const tasks = pastTasks(scope.operationId);
    const executionId = scope.submissionId ?? scope.runId;
    if (executionId === undefined) return found;
    for (let after = 0; ;) {
      const page = await journal.read(executionId, { after });
      for (const event of page) {
        after = event.index;
        tasks.read(event);
        if (event.operationId !== scope.operationId) continue;
        if (event.type === 'turn_end') ended.add(event.turnId ?? '');
        // Of a call that was cut off nothing is known, and it is made again.
        if (event.type === 'turn_end' && event.data.finish !== interrupted) {
          found.clear();
          turns += 1;
          spent.usage = addUsage(spent.usage, event.data.usage);
          spent.modelCalls += 1;
        }
        if (event.type === 'compaction_end') {
          const { usage, modelCalls } = event.data;
          spent.usage = addUsage(spent.usage, usage);
          spent.modelCalls += modelCalls;
          if (tellsOf(event.data, compaction)) isTold = true;
        }
        if (event.type === 'tool_end') countMore(spent, countOf(event.data));
        if (event.type === 'tool_end' && event.toolCallId !== undefined)
          found.set(event.toolCallId, { output: event.data.output, isError: event.data.isError });
      }
      if (page.length < 1000) break;
    }
    const { usage, modelCalls } = tasks.over(new Set(history.openCalls().map((call) => call.toolCallId)));
    spent.usage = addUsage(spent.usage, usage);
    spent.modelCalls += modelCalls;
    // The summary was stored, and its event was not.
    if (compaction?.operation === operation.key && !isTold) {
      spent.usage = addUsage(spent.usage, compaction.usage);
      spent.modelCalls += compaction.calls;
      reportCompaction(operation, compaction, 0);
    }
    return found;
  }
}

/** What a turn is said to have finished with that a crash cut off. */
const interrupted = 'interrupted';

/** Tells what the model had written in the turn that a crash cut off. */
async function tellPartial(
  ports: SessionPorts,
  { scope, model, emit }: Operation,
  ended: ReadonlySet<string>,
): Promise<void> {
  const partial = await partialOf(ports, scope);
  if (partial === undefined) return;
  const { turnId, text } = partial;
  const data = {
    model: `${model.provider}/${model.id}`,
    text,
    finish: interrupted,
    usage: noUsage,
    toolCalls: 0,
  };
  if (!ended.has(turnId)) emit({ ...scope, turnId, type: 'turn_end', data });
  const executionId = scope.submissionId ?? scope.runId;
  const told = executionId === undefined ? undefined : ports.journal.open(executionId).flush();
  await Promise.all([told, dropPartial(ports, scope)]);
}

function tellsOf(told: EventData['compaction_end'], compaction: CompactionEntry | undefined): boolean {
  return (
    !told.isError &&
    told.messagesBefore === compaction?.messagesBefore &&
    told.tokensBefore === compaction.tokensBefore &&
    told.tokensAfter === compaction.tokensAfter
  );
}

/** The answer that an operation had come to before a crash. */
export function answerOf(messages: readonly Message[]): string | undefined {
  const last = messages.at(-1);
  if (
    last?.role !== 'assistant' ||
    last.aborted === true ||
    last.content.some(({ type }) => type === 'tool_call')
  )
    return undefined;
  return last.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
}
