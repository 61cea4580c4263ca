import type { EngineEvent } from '../../core/event.ts';
import { printable, type Screen } from '../terminal.ts';

/** Longest piece of what an event says that is shown among those of others. */
const mostShown = 160;

/** An event of one run or submission as a line: index, time, type, step, and all it says. */
export function eventRow(event: EngineEvent, { colors }: Screen): string {
  const { index, timestamp, type, stepPath, data } = event;
  const step = stepPath === undefined ? '' : ` ${colors.bold(printable(stepPath))}`;
  return `${String(index).padStart(4)} ${colors.dim(timestamp)} ${type}${step} ${colors.dim(printable(JSON.stringify(data)))}`;
}

/** An event among those of others as a line: time, where it belongs, type, and what it says in short. */
export function eventLine(event: EngineEvent, { colors }: Screen): string {
  const { timestamp, type, stepPath, agent, instanceId, session, runId, executionId } = event;
  const place = [
    runId === undefined ? executionId : runId,
    stepPath ?? [],
    agent === undefined
      ? []
      : [agent, instanceId, session === 'default' ? undefined : session].filter(Boolean).join('/'),
  ].flat();
  const said = contentOf(event);
  return `${colors.dim(timestamp)} ${paintType(event, colors)(type)} ${colors.bold(printable(place.join(' ')))} ${short(said)}`.trimEnd();
}

function paintType(event: EngineEvent, { red, yellow, cyan }: Screen['colors']): (text: string) => string {
  if (event.type === 'error') return red;
  if (event.type === 'log' && event.data.level !== 'debug' && event.data.level !== 'info')
    return event.data.level === 'error' ? red : yellow;
  const { data } = event as { readonly data: { readonly error?: unknown; readonly isError?: unknown } };
  return data.error !== undefined || data.isError === true ? red : cyan;
}

function contentOf(event: EngineEvent): string {
  switch (event.type) {
    case 'log': {
      const { level, message, fields } = event.data;
      return `${level} ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`;
    }
    case 'error':
      return `${event.data.type}: ${event.data.message}`;
    case 'operation_start':
      return event.data.message;
    case 'turn_end':
      return event.data.text;
    default: {
      const { data } = event as { readonly data: { readonly error?: { readonly message: string } } };
      return data.error?.message ?? JSON.stringify(data);
    }
  }
}

function short(text: string): string {
  const flat = printable(text).replace(/\s+/g, ' ').trim();
  return flat.length > mostShown ? `${flat.slice(0, mostShown - 1)}…` : flat;
}
