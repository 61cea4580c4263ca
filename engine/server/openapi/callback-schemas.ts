import type { JsonObject } from '../../core/json.ts';
import { callbackStates } from '../../core/records/callback.ts';
import { at, count, listOf, objectOf, text, time } from './shape.ts';

const delivery: JsonObject = {
  id: { type: 'string', description: 'The `webhook-id` of every attempt.' },
  callback: text,
  event: { type: 'string', enum: ['run_end', 'submission_end', 'approval_requested'] },
  executionId: { type: 'string', description: 'The run or message that it tells of.' },
  state: { type: 'string', enum: callbackStates },
  attempts: count,
  createdAt: time,
  nextAt: time,
  endedAt: time,
  error: at('Failure'),
};

/** Schemas of what is told to callbacks, by their names in the description of the API. */
export const callbackComponents: Readonly<Record<string, JsonObject>> = {
  CallbackDelivery: {
    description: 'Something that is told to a callback.',
    ...objectOf(delivery, ['nextAt', 'endedAt', 'error']),
  },
  CallbackDetails: {
    description: 'A delivery to a callback with all that is known of it.',
    ...objectOf(
      {
        ...delivery,
        body: { type: ['object', 'null'], description: 'What is sent; null where the store has lost it.' },
        tries: {
          ...listOf(
            objectOf({ at: time, durationMs: count, status: count, error: at('Failure') }, [
              'status',
              'error',
            ]),
          ),
          description:
            'The last attempts, at most 50, the first of them first. One without an error was taken.',
        },
      },
      ['nextAt', 'endedAt', 'error'],
    ),
  },
};
