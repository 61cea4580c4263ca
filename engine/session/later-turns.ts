import type { HarnessContext } from '../ports/harness.ts';

/**
 * The context of a run that goes on with an operation: its turns are counted behind those the operation had before, in events and for
 * the models. A crash, and an answer that is corrected, begin no new count.
 */
export function laterTurns(context: HarnessContext, before: number): HarnessContext {
  if (before === 0) return context;
  const { models } = context;
  return {
    ...context,
    emit(event) {
      if (event.type !== 'turn_start') return context.emit(event);
      context.emit({ ...event, data: { ...event.data, turn: event.data.turn + before } });
    },
    models: {
      ...models,
      stream: (request) =>
        models.stream({ ...request, origin: { ...request.origin, turn: request.origin.turn + before } }),
    },
  };
}
