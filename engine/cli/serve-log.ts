import type { Engine } from '../api.ts';
import { insideOf } from '../api/inside.ts';
import type { Observer } from '../ports/observer.ts';
import type { LogEntry, RequestEnd, ServerOptions } from '../server/index.ts';
import { createLog, type LogLevel, type LogLines } from '../telemetry/create-log.ts';
import { logEvents } from '../telemetry/log-events.ts';
import type { Terminal } from './terminal.ts';

/** What the command line says of the log. */
export interface LogChoices {
  readonly logLevel?: LogLevel;
  readonly logFormat?: 'json' | 'text';
}

/** The log of a command that serves: requests, failures, and what work says, as lines on `err`. */
export interface ServeLog {
  readonly log: LogLines;
  /** Tells the operator something: a line of a log of JSON, where a hint is a warning, else as it is. */
  tell(level: 'info' | 'warn' | 'hint', message: string): void;
  /** For `createEngine`. */
  readonly observers: readonly Observer[];
  /** Tells the engine, which knows the secrets to take out and the traces. */
  attach(engine: Engine): void;
  /** Makes warnings of this process lines of the log, until the function that is given back is called. */
  takeWarnings(): () => void;
  /** For `createServer`. */
  readonly server: Pick<ServerOptions, 'log' | 'onRequest'>;
}

/** A log that has no engine yet. Default: from `info` on, as text where a person looks on and as JSON where nobody does. */
export function openServeLog({ logLevel = 'info', logFormat }: LogChoices, { err }: Terminal): ServeLog {
  let engine: Engine | undefined;
  const format = logFormat ?? (err.isTerminal ? 'text' : 'json');
  const log = createLog({
    level: logLevel,
    format,
    write: (line) => err.line(line),
    redact: (text) => engine?.redact(text) ?? text,
  });
  return {
    log,
    tell(level, message) {
      if (format === 'json') log(level === 'hint' ? 'warn' : level, message);
      else if (level === 'info') err.line(message);
      else err.line(`${err.colors.yellow(level === 'warn' ? 'warning' : level)}: ${message}`);
    },
    observers: [
      logEvents(log, () => (engine === undefined ? undefined : insideOf(engine).telemetry.tracing)),
    ],
    attach: (attached) => void (engine = attached),
    takeWarnings() {
      const before = process.listeners('warning');
      const warn = ({ message }: Error): void => log('warn', message);
      process.removeAllListeners('warning').on('warning', warn);
      return () => {
        process.off('warning', warn);
        for (const listener of before) process.on('warning', listener);
      };
    },
    server: {
      log: ({ level, message, time: _time, ...fields }: LogEntry) =>
        // What callers did wrong is in the line of their request; why they may not call is for the operator to know.
        log(level === 'info' && !isRefusal(fields.status) ? 'debug' : level, message, fields),
      onRequest: (end) => log(levelOf(end), `${end.method} ${end.path} ${end.status}`, fieldsOf(end)),
    },
  };
}

/** Nobody signed in, or who did may not: as often a fault of the settings as of the caller. */
function isRefusal(status: number): boolean {
  return status === 401 || status === 403;
}

function levelOf({ operation, status }: RequestEnd): LogLevel {
  if (status >= 500) return 'warn';
  return ['health', 'ready', 'metrics'].includes(operation ?? '') ? 'debug' : 'info';
}

function fieldsOf(end: RequestEnd): Readonly<Record<string, unknown>> {
  const { method, path, route, status, caller, failure, note, durationMs, isComplete } = end;
  return {
    method,
    path,
    route,
    status,
    durationMs: Math.round(durationMs * 100) / 100,
    caller,
    type: failure?.type,
    ref: failure?.ref,
    note,
    ...(isComplete ? {} : { cutOff: true }),
  };
}
