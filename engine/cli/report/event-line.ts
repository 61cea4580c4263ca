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

/** An event among those of others as a line: time, type, where it belongs, and what it says in short. */
export function eventLine(event: EngineEvent, { colors }: Screen): string {
  const { timestamp, type, stepPath, agent, instanceId, session, runId, executionId } = event;
  const place = [
    runId === undefined ? executionId : runId,
    stepPath ?? [],
    agent === undefined
      ? []
      : [agent, instanceId, session === 'default' ? undefined : session].filter(Boolean).join('/'),
  ].flat();
  const { level, text, fields } = saidBy(event);
  const said = [event.type === 'log' ? level : [], text, fields === undefined ? [] : JSON.stringify(fields)];
  const paint = level === 'info' || level === 'debug' ? colors.cyan : paintOf(level, colors);
  return `${colors.dim(timestamp)} ${paint(type)} ${colors.bold(printable(place.join(' ')))} ${short(said.flat().join(' '))}`.trimEnd();
}

/** What a step of one run logged, or how it failed, as a line: time, level, step, and all it says. */
export function logLine(event: EngineEvent, { colors }: Screen): string {
  const { timestamp, stepPath = '' } = event;
  const { level, text, fields } = saidBy(event);
  const more = fields === undefined ? '' : ` ${colors.dim(printable(JSON.stringify(fields)))}`;
  return `${colors.dim(timestamp)} ${paintOf(level, colors)(level)} ${colors.bold(printable(stepPath))} ${printable(text)}${more}`;
}

type Level = 'debug' | 'info' | 'warn' | 'error';

interface Said {
  readonly level: Level;
  readonly text: string;
  readonly fields?: object | undefined;
}

function paintOf(level: Level, { dim, cyan, yellow, red }: Screen['colors']): (text: string) => string {
  return { debug: dim, info: cyan, warn: yellow, error: red }[level];
}

function saidBy(event: EngineEvent): Said {
  switch (event.type) {
    case 'log':
      return { level: event.data.level, text: event.data.message, fields: event.data.fields };
    case 'error':
      return { level: 'error', text: `${event.data.type}: ${event.data.message}` };
    case 'operation_start':
      return { level: 'info', text: event.data.message };
    case 'turn_end':
      return { level: 'info', text: event.data.text };
    default: {
      const { error, isError } = event.data as Readonly<Record<string, unknown>>;
      const failure = error as { readonly message: string } | undefined;
      if (failure !== undefined) return { level: 'error', text: `failed: ${failure.message}` };
      return { level: isError === true ? 'error' : 'info', text: JSON.stringify(event.data) };
    }
  }
}

function short(text: string): string {
  const flat = printable(text).replace(/\s+/g, ' ').trim();
  return flat.length > mostShown ? `${flat.slice(0, mostShown - 1)}…` : flat;
}
