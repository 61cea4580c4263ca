import { noUsage } from '../core/message.ts';
import type { Worker } from './durable.ts';

/** How runs of workflows say that they begin, are carried on and end. */
export const runEvents: Required<Pick<Worker, 'started' | 'ended'>> = {
  started: ({ id, name, input, hash }, records) =>
    records === undefined
      ? { runId: id, type: 'run_start', data: { workflow: name, input, hash } }
      : { runId: id, type: 'run_resume', data: { checkpoints: records } },
  ended: ({ id }, { state, output, error, usage }) => ({
    runId: id,
    type: 'run_end',
    data: {
      state,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      usage: usage ?? noUsage,
    },
  }),
};
