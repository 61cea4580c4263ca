import type { Json } from '../../core/json.ts';
import { asProblem } from '../../core/problem.ts';
import type { Agent } from '../../program/agent.ts';
import type { ModelChoice } from '../../program/model.ts';
import { startSpending, totalOf } from '../budget.ts';
import { compact, reportCompaction, type Compacting } from './compaction.ts';
import { contextBudget } from './compaction-budget.ts';
import { findCut } from './compaction-cut.ts';
import { countTokens } from '../context.ts';
import type { Conduct } from '../conversation.ts';
import { abortProblem, deadline } from '../deadline.ts';
import type { CompactionEntry } from '../entry.ts';
import type { History } from '../history.ts';
import { modelsFor } from '../model-calls.ts';
import { operationScope } from '../operation-scope.ts';
import type { OperationResult } from '../operation.ts';
import type { SessionPorts } from '../ports.ts';
import type { Turn } from '../submissions/turns.ts';

/**
 * Compacts a conversation because somebody asked for it, whether it is long or not, and also where `compaction` is off: all but the
 * newest messages is left out for a summary. The output says what came of it; `compacted` is false when there was nothing to leave out.
 * @param turn.model who writes the summary.
 * @param turn.instructions what the summary shall pay attention to.
 * @param turn.keepTokens what of the newest messages stays; default `keepRecentTokens`, but not more than half of the conversation.
 */
export async function runCompact(
  ports: SessionPorts,
  turn: Pick<Turn, 'address' | 'timeoutMs'> & {
    readonly agent: Agent;
    readonly model: ModelChoice;
    readonly instructions: string | undefined;
    readonly keepTokens?: number | undefined;
  },
  { history, conduct }: { readonly history: History; readonly conduct: Conduct },
): Promise<OperationResult> {
  const { agent, address, model, instructions } = turn;
  const { clock } = ports;
  const scope = operationScope(conduct, address);
  const spent = startSpending(agent, undefined);
  const started = clock.elapsed();
  const limit = deadline(clock, turn.timeoutMs ?? agent.timeoutMs, [conduct.signal], `agent "${agent.name}"`);
  const { signal } = limit;
  const work: Compacting = {
    // Who asks for it says who writes the summary.
    agent: { ...agent, compaction: { ...agent.compaction, model } },
    key: conduct.key,
    model,
    models: modelsFor(ports, {
      spent,
      log: (level, message, fields) =>
        conduct.emit({ ...scope, type: 'log', data: { level, message, fields } }),
    }),
    history,
    signal,
    scope,
    spent,
    emit: conduct.emit,
  };
  conduct.emit({
    ...scope,
    type: 'operation_start',
    data: { operation: 'compact', message: instructions ?? '' },
  });
  try {
    const entry = await compactOnce();
    const output = outputOf(entry);
    const text = entry?.summary ?? '';
    const { usage, modelCalls } = totalOf(spent);
    const durationMs = clock.elapsed() - started;
    conduct.emit({
      ...scope,
      type: 'operation_end',
      data: { isError: false, text, output, usage, durationMs },
    });
    return { text, output, usage, modelCalls, attempts: 1 };
  } catch (thrown) {
    const problem = signal.aborted ? abortProblem(signal) : asProblem(thrown);
    const { usage } = totalOf(spent);
    const durationMs = clock.elapsed() - started;
    const error = problem.toData();
    conduct.emit({ ...scope, type: 'operation_end', data: { isError: true, error, usage, durationMs } });
    throw problem;
  } finally {
    limit.cancel();
  }

  async function compactOnce(): Promise<CompactionEntry | undefined> {
    const { context } = history;
    const before = context.compaction;
    if (before?.operation === conduct.key) {
      // A crash came between the summary and the outcome.
      spent.usage = before.usage;
      spent.modelCalls = before.calls;
      reportCompaction(work, before, 0);
      return before;
    }
    await history.closeOpenCalls();
    const tokens = countTokens(context, () => 0);
    // What stands before the messages is part of what a provider counted.
    const estimated = Math.max(context.tokensFrom(0), tokens);
    const { keep } = contextBudget(ports.program, agent.compaction, agent.model || model);
    const cut = findCut(
      context,
      turn.keepTokens ?? Math.min(keep, Math.floor(context.tokensFrom(0) / 2)),
      false,
    );
    return cut && compact(ports, work, { reason: 'manual', cut, tokens, estimated, instructions });
  }
}

function outputOf(entry: CompactionEntry | undefined): Json {
  if (entry === undefined) return { compacted: false };
  const { summary, messagesBefore, messagesAfter, tokensBefore, tokensAfter, model } = entry;
  return { compacted: true, summary, messagesBefore, messagesAfter, tokensBefore, tokensAfter, model };
}
