import type { EventType } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import { any, at, count, flag, listOf, objectOf, text } from './shape.ts';

const usage = at('Usage');
const failure = at('Failure');
const milliseconds = count;
const reason: JsonObject = { type: 'string', enum: ['threshold', 'overflow', 'manual'] };

/** What each type of event says, and the schema of its `data`. */
export const eventData: Readonly<Record<EventType, { readonly says: string; readonly data: JsonObject }>> = {
  run_start: {
    says: 'A run began.',
    data: objectOf({ workflow: text, input: any, hash: text }),
  },
  run_resume: { says: 'A run goes on after a stop.', data: objectOf({ checkpoints: count }) },
  run_end: {
    says: 'A run ended; nothing follows.',
    data: objectOf({ state: at('State'), output: any, error: failure, usage }, ['output', 'error']),
  },
  step_start: { says: 'A step began.', data: objectOf({ verb: text, attempt: count }) },
  step_end: {
    says: 'A step ended.',
    data: objectOf(
      {
        status: { type: 'string', enum: ['succeeded', 'recovered', 'skipped', 'failed'] },
        output: any,
        error: failure,
        attempts: count,
        durationMs: milliseconds,
      },
      ['output', 'error'],
    ),
  },
  submission_queued: { says: 'A message waits for its turn.', data: objectOf({ position: count }) },
  submission_resume: {
    says: 'Work on a message goes on after a stop.',
    data: objectOf({ checkpoints: count }),
  },
  submission_end: {
    says: 'Work on a message ended; nothing follows.',
    data: objectOf({ state: at('State'), error: failure }, ['error']),
  },
  operation_start: {
    says: 'An agent began with what it was asked.',
    data: objectOf({
      operation: { type: 'string', enum: ['prompt', 'skill', 'task', 'shell', 'compact'] },
      message: text,
    }),
  },
  operation_end: {
    says: 'An agent is done with what it was asked.',
    data: objectOf(
      {
        isError: flag,
        text,
        output: any,
        typed: at('TypedReport'),
        error: failure,
        usage,
        durationMs: milliseconds,
      },
      ['text', 'output', 'typed', 'error'],
    ),
  },
  turn_start: { says: 'A model is called.', data: objectOf({ model: text, turn: count }) },
  turn_retry: {
    says: 'A model call failed and is made again.',
    data: objectOf({ model: text, attempt: count, waitMs: milliseconds, error: failure }),
  },
  turn_end: {
    says: 'A model has answered.',
    data: objectOf({ model: text, text, finish: text, usage, toolCalls: count }),
  },
  text_delta: { says: 'A piece of text; live only.', data: objectOf({ text }) },
  thinking_delta: { says: 'A piece of reasoning; live only.', data: objectOf({ text }) },
  tool_input_delta: {
    says: 'A piece of the JSON that a tool is called with; live only.',
    data: objectOf({ tool: text, text }),
  },
  tool_start: { says: 'A tool is called.', data: objectOf({ tool: text, input: any }) },
  tool_end: {
    says: 'A tool has answered.',
    data: objectOf(
      { tool: text, isError: flag, output: any, durationMs: milliseconds, usage, modelCalls: count },
      ['usage', 'modelCalls'],
    ),
  },
  task_start: {
    says: 'A helper began with a task.',
    data: objectOf({ prompt: text, agent: text, description: text, cwd: text }, [
      'agent',
      'description',
      'cwd',
    ]),
  },
  task_end: {
    says: 'A helper is done with a task.',
    data: objectOf({ isError: flag, text, error: failure, usage, durationMs: milliseconds }, ['error']),
  },
  compaction_start: {
    says: 'A conversation is being summarised.',
    data: objectOf({ reason, model: text, tokensBefore: count }),
  },
  compaction_end: {
    says: 'A conversation was summarised, or could not be.',
    data: objectOf(
      {
        isError: flag,
        error: failure,
        reason,
        model: text,
        messagesBefore: count,
        messagesAfter: count,
        tokensBefore: count,
        tokensAfter: count,
        usage,
        modelCalls: count,
        durationMs: milliseconds,
      },
      ['error'],
    ),
  },
  approval_requested: { says: 'A person is asked.', data: { type: 'object' } },
  approval_resolved: { says: 'A person has answered, or it is too late.', data: { type: 'object' } },
  log: {
    says: 'A line of the log of a step or tool.',
    data: objectOf(
      {
        level: { type: 'string', enum: ['debug', 'info', 'warn', 'error'] },
        message: text,
        fields: { type: 'object' },
      },
      ['fields'],
    ),
  },
  progress: {
    says: 'How far a tool is, from 0 to 1; live only.',
    data: objectOf({ ratio: { type: 'number' }, message: text }, ['message']),
  },
  error: { says: 'Something failed that the work goes on without.', data: failure },
  idle: { says: 'A session has nothing to do any more.', data: { type: 'object' } },
};

/** What every event says besides its type and data. */
const envelope: JsonObject = {
  v: { const: 1 },
  id: { type: 'string', description: 'Id of the run or submission, `#`, index; empty for live ones.' },
  index: { ...count, description: 'Counts up from 1 without holes; 0 for live ones.' },
  timestamp: { type: 'string', format: 'date-time' },
  executionId: { type: 'string', description: 'The run or submission whose stream it is in.' },
};

const scope = [
  'runId',
  'agent',
  'instanceId',
  'session',
  'submissionId',
  'operationId',
  'turnId',
  'toolCallId',
  'taskId',
  'stepPath',
  'parentId',
];

/** Schemas of the events, and of any one of them, by their names in the description of the API. */
export function eventComponents(): Readonly<Record<string, JsonObject>> {
  const types = Object.keys(eventData) as EventType[];
  return {
    Event: {
      description: 'One thing that happened.',
      oneOf: types.map((type) => at(nameOf(type))),
      discriminator: {
        propertyName: 'type',
        mapping: Object.fromEntries(types.map((type) => [type, `#/components/schemas/${nameOf(type)}`])),
      },
    },
    StreamData: {
      description:
        'The `data` of one frame of a stream: an event, or in a frame `event: error` why it ended.',
      anyOf: [at('Event'), at('Error')],
    },
    ...Object.fromEntries(
      types.map((type) => [
        nameOf(type),
        {
          description: eventData[type].says,
          ...objectOf(
            {
              ...envelope,
              type: { const: type },
              data: eventData[type].data,
              ...Object.fromEntries(scope.map((key) => [key, text])),
            },
            scope,
          ),
        },
      ]),
    ),
  };
}

/** `run_start` is `RunStartEvent`. */
function nameOf(type: EventType): string {
  const words = type.split('_').map((word) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`);
  return `${words.join('')}Event`;
}

/** A list of events. */
export const events = listOf(at('Event'));
