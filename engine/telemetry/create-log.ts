/** How much a line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Levels, the least first. */
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** What a line says besides its message; undefined is left out. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A log of lines. Never throws. */
export type LogLines = (level: LogLevel, message: string, fields?: LogFields) => void;

/** How lines are written. */
export interface LogOptions {
  /** Lines below it are left out. */
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  /** Receives each line, without its end. */
  readonly write: (line: string) => void;
  /** Takes secrets out of a line. */
  readonly redact: (text: string) => string;
  readonly now?: () => number;
}

/**
 * A log that writes one line for each entry: an object of JSON with `time`, `level`, `message` and the fields, or text for people.
 * What texts hold cannot end a line or move a cursor.
 */
export function createLog({ level, format, write, redact, now = Date.now }: LogOptions): LogLines {
  const least = logLevels.indexOf(level);
  return (of, message, fields = {}) => {
    if (logLevels.indexOf(of) < least) return;
    try {
      const time = new Date(now()).toISOString();
      write(redact(format === 'json' ? json(time, of, message, fields) : text(time, of, message, fields)));
    } catch {
      // A log that cannot be written harms nothing else.
    }
  };
}

function json(time: string, level: LogLevel, message: string, fields: LogFields): string {
  return JSON.stringify({ time, level, message, ...fields });
}

function text(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const told = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${valueText(value)}`],
  );
  return [time, level.padEnd(5), oneLine(message), ...told].join(' ');
}

function valueText(value: unknown): string {
  if (typeof value !== 'string') return oneLine(JSON.stringify(value));
  return /^[\w:./%+-]+$/.test(value) ? value : oneLine(JSON.stringify(value));
}

/** A text without what ends lines or speaks to terminals. */
function oneLine(value: string): string {
  return (
    value
      .replace(/\r?\n/g, '\\n')
      // eslint-disable-next-line no-control-regex -- control characters are exactly what is replaced
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\uFFFD')
  );
}
