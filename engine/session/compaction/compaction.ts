import type { EventScope, NewEvent } from '../../core/event.ts';
import { addUsage } from '../../core/message.ts';
import { asProblem } from '../../core/problem.ts';
import type { ModelRequest, Models } from '../../ports/model.ts';
import type { Agent } from '../../program/agent.ts';
import { knownModel } from '../../program/known-model.ts';
import type { ModelChoice } from '../../program/model.ts';
import { say } from '../assemble-prompt.ts';
import type { Spent } from '../budget.ts';
import { contextBudget } from './compaction-budget.ts';
import type { Cut } from './compaction-cut.ts';
import { abortProblem } from '../deadline.ts';
import type { CompactionEntry, CompactionReason } from '../entry.ts';
import type { History, NewCompaction } from '../history.ts';
import type { SessionPorts } from '../ports.ts';
import { startCount, summarise, type SummaryCount } from './summarise.ts';
import { estimateText } from './tokens.ts';
import { describeMessage } from '../kept/transcript.ts';

/** The conversation to compact, and the operation that does it. */
export interface Compacting {
  readonly agent: Agent;
  /** Key of the operation. */
  readonly key: string;
  readonly model: ModelChoice;
  /** As the operation calls them. */
  readonly models: Models;
  readonly history: History;
  readonly signal: AbortSignal;
  readonly scope: EventScope;
  readonly spent: Spent;
  emit(event: NewEvent): void;
}

/** How one compaction is to be. */
export interface CompactionOrder {
  readonly reason: CompactionReason;
  readonly cut: Cut;
  /** Tokens of the conversation, and the same as estimated. */
  readonly tokens: number;
  readonly estimated: number;
  readonly instructions?: string | undefined;
}

/**
 * Leaves out the first part of a conversation for a summary of it. Emits `compaction_start` and, whatever happens,
 * `compaction_end`; counts what the summary used. When it throws, the conversation is as it was.
 */
export async function compact(
  ports: SessionPorts,
  work: Compacting,
  order: CompactionOrder,
): Promise<CompactionEntry> {
  const { agent, history, scope } = work;
  const { reason, tokens } = order;
  const writer = agent.compaction.model ?? work.model;
  const model = `${writer.provider}/${writer.id}`;
  const started = ports.clock.elapsed();
  const count = startCount();
  work.emit({ ...scope, type: 'compaction_start', data: { reason, model, tokensBefore: tokens } });
  try {
    const summary = await summarise(ports, summaryTask(ports, work, order, writer), count);
    const draft = draftOf(ports, work, order, summary, { model, ...count });
    await history.compact(draft);
    countSummary(work, count);
    const entry = history.context.compaction as CompactionEntry;
    reportCompaction(work, entry, ports.clock.elapsed() - started);
    return entry;
  } catch (thrown) {
    countSummary(work, count);
    const problem = work.signal.aborted ? abortProblem(work.signal) : asProblem(thrown);
    const { length } = history.context.messages;
    work.emit({
      ...scope,
      type: 'compaction_end',
      data: {
        isError: true,
        error: problem.toData(),
        reason,
        model,
        messagesBefore: length,
        messagesAfter: length,
        tokensBefore: tokens,
        tokensAfter: tokens,
        usage: count.usage,
        modelCalls: count.calls,
        durationMs: ports.clock.elapsed() - started,
      },
    });
    throw problem;
  }
}

/** Tells of a compaction that is stored. */
export function reportCompaction(
  { emit, scope }: Pick<Compacting, 'emit' | 'scope'>,
  entry: CompactionEntry,
  durationMs: number,
): void {
  const { reason, model, messagesBefore, messagesAfter, tokensBefore, tokensAfter, usage, calls } = entry;
  emit({
    ...scope,
    type: 'compaction_end',
    data: {
      isError: false,
      reason,
      model,
      messagesBefore,
      messagesAfter,
      tokensBefore,
      tokensAfter,
      usage,
      modelCalls: calls,
      durationMs,
    },
  });
}

function countSummary({ spent }: Compacting, { usage, calls }: SummaryCount): void {
  spent.usage = addUsage(spent.usage, usage);
  spent.modelCalls += calls;
}

function summaryTask(
  { program }: SessionPorts,
  work: Compacting,
  { cut, instructions }: CompactionOrder,
  writer: ModelChoice,
): Parameters<typeof summarise>[1] {
  const { agent, history, scope, signal } = work;
  const { compaction } = agent;
  const { messages, compaction: former } = history.context;
  const { limit, reserve } = contextBudget(program, compaction, writer);
  const most = knownModel(writer, program).maxOutputTokens ?? reserve;
  const wishes = [compaction.instructions, instructions].filter((wish) => wish !== undefined);
  const origin: ModelRequest['origin'] = {
    agent: agent.name,
    // Before the first turn: rules of scripted models that name a turn are about the conversation itself.
    turn: 0,
    ...(scope.stepPath === undefined ? {} : { stepPath: scope.stepPath }),
  };
  return {
    models: work.models,
    model: writer,
    settings: { maxOutputTokens: Math.max(1, Math.min(Math.floor(reserve * 0.8), most)) },
    pieces: messages.slice(former === undefined ? 0 : 1, cut.index).map(describeMessage),
    previous: former?.summary,
    instructions: wishes.length === 0 ? undefined : wishes.join('\n\n'),
    prompt: compaction.prompt ?? 'compact',
    isSplit: messages[cut.index]?.role === 'assistant',
    room: limit,
    origin,
    signal,
  };
}

function draftOf(
  { program }: SessionPorts,
  { history, key }: Compacting,
  { reason, cut, tokens, estimated }: CompactionOrder,
  summary: string,
  written: { readonly model: string } & SummaryCount,
): NewCompaction {
  const { context } = history;
  const { request } = cut;
  const text = say(program, 'summary', { summary, request: request ?? null }).trim();
  const left = estimated - context.tokensFrom(0) + context.tokensFrom(cut.index) + estimateText(text);
  return {
    reason,
    summary,
    text,
    from: context.items[cut.index]?.place ?? history.end(),
    operation: key,
    ...written,
    tokensBefore: tokens,
    // In the provider's measure, as far as that is known.
    tokensAfter: Math.round(left * (tokens / Math.max(1, estimated))),
    messagesBefore: context.messages.length,
    messagesAfter: context.messages.length - cut.index + 1,
    ...(request === undefined ? {} : { request }),
  };
}
