import type { JsonObject } from '../../core/json.ts';
import { executionStates } from '../../core/status.ts';
import { any, at, count, flag, listOf, objectOf, text, time } from './shape.ts';

const position = { type: 'integer', minimum: 1 };

/** Schemas of work that was accepted, and of what is said of it, by their names in the description of the API. */
export const recordComponents: Readonly<Record<string, JsonObject>> = {
  Usage: objectOf(
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
  ),
  Failure: {
    description: 'A failure as it is stored.',
    ...objectOf({ type: text, message: text, details: any }, ['details']),
  },
  Error: {
    description: 'The body of every failed request.',
    ...objectOf({
      error: objectOf(
        {
          type: { type: 'string', description: 'A stable code, or one that a workflow fails with.' },
          message: text,
          details: any,
          ref: { type: 'string', description: 'Stands in the log of the server too.' },
        },
        ['details'],
      ),
    }),
  },
  State: {
    type: 'string',
    enum: executionStates,
  },
  TypedReport: {
    description: 'How a typed result came about.',
    ...objectOf(
      {
        strategy: { type: 'string', enum: ['native', 'tools', 'text'] },
        reason: text,
        attempts: position,
        faults: listOf(text),
      },
      ['reason'],
    ),
  },
  RunReceipt: objectOf({ runId: text, acceptedAt: time, state: at('State') }),
  SubmissionReceipt: objectOf({ submissionId: text, acceptedAt: time }),
  Submission: {
    description: 'A message to an agent.',
    ...objectOf(
      {
        submissionId: text,
        agent: text,
        instance: text,
        session: text,
        state: at('State'),
        position: { ...position, description: 'How many are before it, while it waits.' },
        message: text,
        output: any,
        error: at('Failure'),
        usage: at('Usage'),
        acceptedAt: time,
        startedAt: time,
        endedAt: time,
      },
      ['position', 'output', 'error', 'usage', 'startedAt', 'endedAt'],
    ),
  },
  Run: {
    description: 'A run of a workflow.',
    ...objectOf(
      {
        runId: text,
        workflow: text,
        parent: { type: 'string', description: 'The run that this one does again, or is part of.' },
        state: at('State'),
        input: any,
        output: any,
        error: at('Failure'),
        usage: at('Usage'),
        hash: text,
        createdAt: time,
        startedAt: time,
        endedAt: time,
        durationMs: count,
      },
      ['parent', 'output', 'error', 'usage', 'startedAt', 'endedAt', 'durationMs'],
    ),
  },
  Execution: {
    description: 'A run or a message to an agent, in short.',
    ...objectOf(
      {
        id: text,
        kind: { type: 'string', enum: ['run', 'submission'] },
        name: text,
        state: at('State'),
        parent: text,
        usage: at('Usage'),
        createdAt: time,
        endedAt: time,
      },
      ['parent', 'usage', 'endedAt'],
    ),
  },
  Approval: {
    description: 'What a step, or a tool call of a model, asks a person.',
    ...objectOf(
      {
        id: text,
        runId: text,
        workflow: text,
        submissionId: text,
        agent: text,
        instance: text,
        session: text,
        step: text,
        kind: { type: 'string', enum: ['approval', 'ask', 'tool'] },
        tool: objectOf({ name: text, input: any, rule: { type: ['string', 'null'] } }),
        title: text,
        message: text,
        details: text,
        approvers: listOf(text),
        requireDifferentApprover: flag,
        form: any,
        requestedAt: time,
        expiresAt: time,
      },
      [
        ...[
          'runId',
          'workflow',
          'submissionId',
          'agent',
          'instance',
          'session',
          'tool',
          'message',
          'details',
        ],
        ...['form', 'expiresAt'],
      ],
    ),
  },
  ConditionPart: {
    description: 'A part of a condition, what it gave, and where that came from.',
    ...objectOf(
      {
        source: text,
        value: any,
        error: text,
        ignored: { const: true },
        path: listOf(text),
        from: text,
        parts: listOf(at('ConditionPart')),
      },
      ['value', 'error', 'ignored', 'path', 'from'],
    ),
  },
  Explanation: {
    description: 'Why a step of a run went as it did.',
    ...objectOf(
      {
        runId: text,
        workflow: text,
        step: text,
        verb: text,
        status: text,
        error: at('Failure'),
        reason: text,
        conditions: listOf(
          objectOf(
            {
              step: text,
              kind: { type: 'string', enum: ['if', 'case'] },
              index: count,
              tree: at('ConditionPart'),
              chosen: flag,
              otherwise: listOf(
                listOf(objectOf({ path: listOf(text), was: any, needs: text, to: any }, ['was'])),
              ),
            },
            ['index', 'tree'],
          ),
        ),
      },
      ['error'],
    ),
  },
  ScheduleFired: objectOf({ time, runId: text, submissionId: text }, ['runId', 'submissionId']),
  Schedule: objectOf(
    {
      name: text,
      description: text,
      cron: text,
      timezone: text,
      missed: { type: 'string', enum: ['skip', 'one', 'all'] },
      enabled: flag,
      workflow: text,
      agent: text,
      next: time,
      last: at('ScheduleFired'),
    },
    ['description', 'workflow', 'agent', 'next', 'last'],
  ),
};
