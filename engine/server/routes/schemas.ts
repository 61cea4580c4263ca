import type { JsonObject } from '../../core/json.ts';
import { objectOf } from '../route.ts';

const count = { type: 'integer', minimum: 0 };

/** Tokens and cost. */
export const usage: JsonObject = objectOf(
  {
    inputTokens: count,
    outputTokens: count,
    totalTokens: count,
    cacheReadTokens: count,
    cacheWriteTokens: count,
    reasoningTokens: count,
    costUsd: { type: 'number', minimum: 0 },
    unpricedCalls: { type: 'integer', minimum: 1 },
  },
  ['costUsd', 'unpricedCalls'],
);

/** A failure as stored in records. */
export const failure: JsonObject = objectOf(
  { type: { type: 'string' }, message: { type: 'string' }, details: {} },
  ['details'],
);

/** The body of every failed request. */
export const errorBody: JsonObject = objectOf({
  error: objectOf(
    { type: { type: 'string' }, message: { type: 'string' }, details: {}, ref: { type: 'string' } },
    ['details'],
  ),
});

/** One event. */
export const event: JsonObject = objectOf({
  v: { const: 1 },
  id: { type: 'string' },
  index: count,
  type: { type: 'string' },
  timestamp: { type: 'string', format: 'date-time' },
  executionId: { type: 'string' },
  data: { type: 'object' },
});

/** States of a run. */
export const state: JsonObject = {
  type: 'string',
  enum: ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'],
};

/** Says that a run is accepted. */
export const runReceipt: JsonObject = objectOf({
  runId: { type: 'string' },
  acceptedAt: { type: 'string', format: 'date-time' },
  state,
});

/** A message to an agent. */
export const submission: JsonObject = objectOf(
  {
    submissionId: { type: 'string' },
    agent: { type: 'string' },
    instance: { type: 'string' },
    session: { type: 'string' },
    state,
    position: { type: 'integer', minimum: 1, description: 'How many are before it, while it waits.' },
    message: { type: 'string' },
    output: {},
    error: failure,
    usage,
    acceptedAt: { type: 'string', format: 'date-time' },
    startedAt: { type: 'string', format: 'date-time' },
    endedAt: { type: 'string', format: 'date-time' },
  },
  ['position', 'output', 'error', 'usage', 'startedAt', 'endedAt'],
);

/** A run. */
export const run: JsonObject = objectOf(
  {
    runId: { type: 'string' },
    workflow: { type: 'string' },
    parent: { type: 'string', description: 'The run that this one does again, or is part of.' },
    state,
    input: {},
    output: {},
    error: failure,
    usage,
    hash: { type: 'string' },
    createdAt: { type: 'string', format: 'date-time' },
    startedAt: { type: 'string', format: 'date-time' },
    endedAt: { type: 'string', format: 'date-time' },
    durationMs: count,
  },
  ['parent', 'output', 'error', 'usage', 'startedAt', 'endedAt', 'durationMs'],
);
