import type { EngineEvent } from '../core/event.ts';
import { workflowOfRun } from '../core/ids.ts';
import type { Usage } from '../core/message.ts';
import type { Labels, Meters } from '../ports/meters.ts';
import type { Observer } from '../ports/observer.ts';
import { instruments } from './instruments.ts';
import { splitModel } from './model-name.ts';

/** Most beginnings that are remembered to know how long something took; the oldest is forgotten first. */
const maxOpen = 10_000;

/** An observer that measures what events tell, and what ends that. */
export function countEvents(meters: Meters): { readonly observe: Observer; stop(): void } {
  const count = countEnds(meters);
  const queued = new Set<string>();
  const active = new Map<string, 'run' | 'submission'>();
  const stop = meters.watch(instruments.queueDepth, () => [
    { value: queued.size, labels: { kind: 'submission', state: 'queued' } },
    ...(['run', 'submission'] as const).map((kind) => ({
      value: [...active.values()].filter((one) => one === kind).length,
      labels: { kind, state: 'active' },
    })),
  ]);
  const observe: Observer = (event) => {
    const { type, executionId } = event;
    if (type === 'submission_queued') queued.add(executionId);
    else if (type === 'run_start' || type === 'run_resume') active.set(executionId, 'run');
    else if (type === 'operation_start' && event.submissionId === executionId) {
      queued.delete(executionId);
      active.set(executionId, 'submission');
    } else if (type === 'run_end' || type === 'submission_end') {
      queued.delete(executionId);
      active.delete(executionId);
    }
    return count(event);
  };
  return { observe, stop };
}

function countEnds(meters: Meters): Observer {
  const began = new Map<string, number>();
  const begin = (key: string): void => {
    began.set(key, performance.now());
    if (began.size <= maxOpen) return;
    for (const oldest of began.keys()) {
      began.delete(oldest);
      break;
    }
  };
  const took = (key: string): number | undefined => {
    const at = began.get(key);
    began.delete(key);
    return at === undefined ? undefined : (performance.now() - at) / 1000;
  };
  const one = (spec: (typeof instruments)[keyof typeof instruments], labels: Labels): void =>
    meters.record(spec, 1, labels);
  const turnEnded = (event: Extract<EngineEvent, { type: 'turn_end' }>): void => {
    const { model, usage, finish } = event.data;
    const labels = modelLabels(model);
    const failed = finish === 'failed' || finish === 'aborted';
    const error: Labels = failed ? { 'error.type': event.data.error?.type ?? finish } : {};
    one(instruments.turns, { ...labels, 'engine.finish': finish });
    tellUsage(meters, usage, labels);
    const time = took(`turn ${event.turnId ?? ''}`);
    if (time !== undefined) meters.record(instruments.modelDuration, time, { ...labels, ...error });
  };

  return (event) => {
    switch (event.type) {
      case 'run_start':
        one(instruments.runsStarted, { workflow: event.data.workflow });
        return begin(event.executionId);
      case 'run_resume':
        one(instruments.runsResumed, { workflow: workflowOf(event) });
        return begin(event.executionId);
      case 'run_end': {
        const labels = {
          workflow: workflowOf(event),
          state: event.data.state,
          ...errorType(event.data.error),
        };
        one(instruments.runsEnded, labels);
        const time = took(event.executionId);
        if (time !== undefined)
          meters.record(instruments.runDuration, time, { workflow: labels.workflow, state: labels.state });
        return;
      }
      case 'submission_queued':
        return one(instruments.submissionsQueued, { agent: event.agent ?? '' });
      case 'submission_end':
        return one(instruments.submissionsEnded, {
          agent: event.agent ?? '',
          state: event.data.state,
          ...errorType(event.data.error),
        });
      case 'operation_end':
        return meters.record(instruments.operationDuration, event.data.durationMs / 1000, {
          agent: event.agent ?? '',
          outcome: event.data.isError ? 'error' : 'ok',
        });
      case 'turn_start':
        return begin(`turn ${event.turnId ?? ''}`);
      case 'turn_end':
        return turnEnded(event);
      case 'turn_retry':
        return one(instruments.modelRetries, {
          ...modelLabels(event.data.model),
          'error.type': event.data.error.type,
        });
      case 'tool_end': {
        const labels = { tool: event.data.tool, outcome: event.data.isError ? 'error' : 'ok' };
        one(instruments.toolCalls, labels);
        return meters.record(instruments.toolDuration, event.data.durationMs / 1000, labels);
      }
      case 'task_end':
        return one(instruments.tasks, { outcome: event.data.isError ? 'error' : 'ok' });
      case 'compaction_end':
        one(instruments.compactions, {
          reason: event.data.reason,
          outcome: event.data.isError ? 'error' : 'ok',
        });
        return tellUsage(meters, event.data.usage, modelLabels(event.data.model));
      case 'approval_requested':
        return one(instruments.approvals, { event: 'requested' });
      case 'approval_resolved':
        return one(instruments.approvals, { event: 'resolved' });
      default:
    }
  };
}

function tellUsage(meters: Meters, usage: Usage, labels: Labels): void {
  const { inputTokens, outputTokens, costUsd } = usage;
  if (inputTokens > 0)
    meters.record(instruments.tokenUsage, inputTokens, { ...labels, 'gen_ai.token.type': 'input' });
  if (outputTokens > 0)
    meters.record(instruments.tokenUsage, outputTokens, { ...labels, 'gen_ai.token.type': 'output' });
  if (costUsd !== undefined && costUsd > 0) meters.record(instruments.modelCost, costUsd, labels);
}

function modelLabels(model: string): Labels {
  const { provider, id } = splitModel(model);
  return { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': provider, 'gen_ai.request.model': id };
}

function errorType(error: { readonly type: string } | undefined): Labels {
  return error === undefined ? {} : { 'error.type': error.type };
}

/** Runs tell their workflow in their id. */
function workflowOf({ executionId }: EngineEvent): string {
  return workflowOfRun(executionId) ?? '';
}
