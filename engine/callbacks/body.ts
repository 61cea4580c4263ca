import type { EngineEvent } from '../core/event.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import type { ProblemData } from '../core/problem.ts';
import type { Execution, Outcome } from '../ports/store.ts';
import type { Callback } from '../program/callback.ts';

/**
 * What a callback is told of an event: the event as it stands in streams, whose data are status and times; outputs, failures and
 * questions only as far as the callback asks for them. Secrets are hidden.
 */
export function bodyOf(
  event: EngineEvent,
  { execution, outcome }: { readonly execution: Execution; readonly outcome: Outcome | undefined },
  { include }: Pick<Callback, 'include'>,
  hide: (value: Json) => Json,
): JsonObject {
  const { parent } = execution;
  const told =
    event.type === 'approval_requested'
      ? questionOf(event, include.includes('question'))
      : outcomeOf(execution, outcome, include);
  return hide({
    ...(event as unknown as JsonObject),
    ...(parent === undefined || event.parentId !== undefined ? {} : { parentId: parent }),
    data: { ...(execution.kind === 'run' ? { workflow: execution.name } : {}), ...told },
  }) as JsonObject;
}

function outcomeOf(
  execution: Execution,
  outcome: Outcome | undefined,
  include: Callback['include'],
): JsonObject {
  const { state = execution.state, error, output, endedAt } = outcome ?? {};
  return {
    state,
    acceptedAt: new Date(execution.createdAt).toISOString(),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() }),
    ...(error === undefined ? {} : { error: failureOf(error, include.includes('error')) }),
    ...(output !== undefined && include.includes('output') ? { output } : {}),
  };
}

function failureOf({ type, message, details }: ProblemData, isWhole: boolean): JsonObject {
  return { type, ...(isWhole ? { message, ...(details === undefined ? {} : { details }) } : {}) };
}

function questionOf({ executionId, stepPath, data }: EngineEvent, isWhole: boolean): JsonObject {
  const asked = data as JsonObject;
  const step = asked['step'] ?? stepPath ?? '';
  const {
    kind = null,
    requestedAt = null,
    expiresAt = null,
    title = null,
    message = null,
    details = null,
  } = asked;
  const tool = isObject(asked['tool']) ? asked['tool']['name'] : undefined;
  return {
    approvalId: `${executionId}/${String(step)}`,
    ...{ kind, step, requestedAt, expiresAt },
    ...(tool === undefined ? {} : { tool }),
    ...(isWhole ? { title, message, details } : {}),
  };
}
