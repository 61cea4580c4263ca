import { createInterface, type Interface } from 'node:readline';

/** What somebody types, message by message. */
export interface Lines {
  /** The next message; undefined at the end. `what` stands before it on a terminal. */
  next(what: string): Promise<string | undefined>;
  /** The next line, whatever it is. */
  line(what: string): Promise<string | undefined>;
  /** Told of Ctrl-C. */
  onInterrupt: () => void;
  close(): void;
}

/** The mark between which a message of several lines stands. */
const fence = '"""';

/**
 * Lines of stdin. On a terminal they can be edited, and those of before come back with the arrow keys. A line that ends with a
 * backslash goes on in the next one, and a message between `"""` has as many lines as it wants.
 * @param isPerson whether somebody sits there.
 * @param history earlier messages, oldest first.
 */
export function readLines(isPerson: boolean, history: readonly string[]): Lines {
  const rl: Interface = createInterface({
    input: process.stdin,
    ...(isPerson ? { output: process.stderr, terminal: true } : { terminal: false }),
    historySize: 500,
    history: history.filter((text) => !text.includes('\n')).toReversed(),
  });
  const waiting: ((line: string | undefined) => void)[] = [];
  const typed: string[] = [];
  let isOver = false;
  rl.on('line', (line) => {
    const taker = waiting.shift();
    if (taker === undefined) typed.push(line);
    else taker(line);
  });
  rl.on('close', () => {
    isOver = true;
    for (const taker of waiting.splice(0)) taker(undefined);
  });

  const line = (what: string): Promise<string | undefined> => {
    const known = typed.shift();
    if (known !== undefined) return Promise.resolve(known);
    if (isOver) return Promise.resolve(undefined);
    if (isPerson) {
      rl.setPrompt(what);
      rl.prompt();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const lines: Lines = {
    line,
    async next(what) {
      const first = await line(what);
      if (first === undefined) return undefined;
      const more = '… ';
      if (first.trimStart().startsWith(fence)) {
        const rest = first.trimStart().slice(fence.length);
        const parts = rest === '' ? [] : [rest];
        for (;;) {
          const last = parts.at(-1);
          if (last?.trimEnd().endsWith(fence) === true)
            return [...parts.slice(0, -1), last.trimEnd().slice(0, -fence.length)]
              .join('\n')
              .replace(/\n$/, '');
          const next = await line(more);
          if (next === undefined) return parts.join('\n');
          parts.push(next);
        }
      }
      let text = first;
      while (text.endsWith('\\')) {
        const next = await line(more);
        text = `${text.slice(0, -1)}\n${next ?? ''}`;
        if (next === undefined) break;
      }
      return text;
    },
    onInterrupt: () => undefined,
    close: () => rl.close(),
  };
  rl.on('SIGINT', () => lines.onInterrupt());
  return lines;
}
