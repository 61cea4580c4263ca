import picocolors from 'picocolors';

/** Colours of one stream; without colour each gives its text back. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** One of the two streams of a command. */
export interface Screen {
  readonly colors: Colors;
  /** Whether a person looks at it. */
  readonly isTerminal: boolean;
  /** Writes text as it is. */
  write(text: string): void;
  /** Writes a line. */
  line(text?: string): void;
}

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: Screen;
  readonly err: Screen;
  /** What is written to `err` from now on goes through this, which takes secrets out. */
  hide?(redact: (text: string) => string): void;
}

/**
 * The two streams of this process.
 * @param color what the command line says; else NO_COLOR, then FORCE_COLOR, then whether the stream is a terminal decide.
 */
export function openTerminal(color: boolean | undefined): Terminal {
  let redact = (text: string): string => text;
  return {
    out: screen(process.stdout, color, (text) => text),
    err: screen(process.stderr, color, (text) => redact(text)),
    hide: (next) => void (redact = next),
  };
}

/** Text of models, tools and users, harmless to a terminal: control characters other than line feed and tab are replaced. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is replaced
  return text.replaceAll('\r\n', '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');
}

function screen(
  stream: NodeJS.WriteStream,
  color: boolean | undefined,
  shown: (text: string) => string,
): Screen {
  const isTerminal = stream.isTTY === true;
  return {
    colors: picocolors.createColors(color ?? wantsColor(isTerminal)),
    isTerminal,
    write: (text) => void stream.write(shown(text)),
    line: (text = '') => void stream.write(`${shown(text)}\n`),
  };
}

function wantsColor(isTerminal: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal && TERM !== 'dumb';
}
