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
  },
  ['costUsd'],
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

/** A run. */
export const run: JsonObject = objectOf(
  {
    runId: { type: 'string' },
    workflow: { type: 'string' },
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
  ['output', 'error', 'usage', 'startedAt', 'endedAt', 'durationMs'],
);
