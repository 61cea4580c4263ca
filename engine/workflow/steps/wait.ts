import { formatDuration, parseDuration } from '../../core/duration.ts';
import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { Template, Value } from '../../expr/index.ts';
import { eventTopic } from '../../ports/topics.ts';
import type { WaitStep } from '../../program/step.ts';
import type { Frame } from '../frame.ts';
import { now } from '../now.ts';
import { waitKey, type At, type Worked } from './work.ts';

/**
 * Waits for a length of time, a moment, or an event; the output is null, or what came with the event. An event whose data do not fit
 * the step's schema is passed over, with a line in the log.
 * Throws Problem `expression_failed` for what is no time, `timeout` when no event came.
 */
export async function runWait(step: WaitStep, frame: Frame, at: At): Promise<Worked> {
  const { wait } = step;
  if ('event' in wait) return receive(step, wait.event, frame, at);
  if ('until' in wait) await waitUntil(wait.until, frame, at);
  else {
    const ms = timeOf(wait.duration, frame, at, parseDuration, 'a duration such as "1h30m"');
    await frame.run.context.pause(waitKey(frame, at, 'wait'), ms, at.signal);
  }
  return { output: null };
}

async function receive(
  { timeoutMs, outputSchema }: WaitStep,
  event: Template,
  frame: Frame,
  at: At,
): Promise<Worked> {
  const name = event.render(frame.scope);
  const fits = (payload: Json): boolean => {
    if (outputSchema === undefined) return true;
    const { faults } = frame.run.context.activities.check(outputSchema, payload);
    if (faults.length === 0) return true;
    // The data are somebody else's words, so only their places are told.
    const places = [...new Set(faults.map(({ pointer }) => pointer))].slice(0, 5);
    const where = places.map((place) => (place === '' ? 'the top' : place)).join(', ');
    frame.events.log(at.path, {
      level: 'warn',
      message: `an event "${name}" was passed over: its data do not fit the schema at ${where}`,
      fields: { event: name, places },
    });
    return false;
  };
  const received = await frame.run.context.receive(waitKey(frame, at, 'wait'), eventTopic(name), {
    signal: at.signal,
    fits,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  if (received !== undefined) return { output: received.payload };
  const message = `step "${at.path}": no event "${name}" came within ${formatDuration(timeoutMs ?? 0)}`;
  throw new Problem('timeout', message, { details: { timeoutMs: timeoutMs ?? 0 } });
}

/** A moment is the same after a crash, so nothing of it needs to be recorded. */
async function waitUntil(until: Value, frame: Frame, at: At): Promise<void> {
  const { context } = frame.run;
  const moment = timeOf(until, frame, at, parseMoment, 'a date and time with offset');
  const left = (): number => moment - now(context);
  await context.wait(async () => {
    while (left() > 0) await context.sleep(left(), at.signal);
  });
}

function timeOf(
  value: Value,
  frame: Frame,
  at: At,
  parse: (text: string) => number | undefined,
  wanted: string,
): number {
  const given = value.evaluate(frame.scope);
  const time = typeof given === 'string' ? parse(given.trim()) : undefined;
  if (time !== undefined) return time;
  const message = `step "${at.path}" must wait for ${wanted}, got ${JSON.stringify(given)}`;
  throw new Problem('expression_failed', message);
}

function parseMoment(text: string): number | undefined {
  const pattern = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/;
  const moment = pattern.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment;
}
