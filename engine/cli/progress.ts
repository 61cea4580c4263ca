import { formatDuration } from '../core/duration.ts';
import type { EngineEvent } from '../core/event.ts';
import { printable, type Screen } from './terminal.ts';

/** Tells a person what is going on, one line a step or tool call; text of an agent as it comes. */
export interface Progress {
  show(event: EngineEvent): void;
  /** Ends a line that streamed text has begun. */
  end(): void;
  /** Text streamed since the last model call began; empty when text is not shown. */
  readonly streamed: string;
}

/**
 * Progress on a screen.
 * @param streamText whether text deltas are shown; only one agent may be talking then.
 */
export function showProgress(screen: Screen, { streamText }: { readonly streamText: boolean }): Progress {
  const { colors } = screen;
  let streamed = '';
  let isInLine = false;

  const end = (): void => {
    if (isInLine) screen.line();
    isInLine = false;
  };
  const line = (text: string): void => {
    end();
    screen.line(text);
  };
  return {
    get streamed() {
      return streamed;
    },
    end,
    show(event) {
      if (event.type === 'turn_start') streamed = '';
      if (event.type !== 'text_delta') {
        const text = describe(event, screen);
        if (text !== undefined) line(text);
      } else if (streamText) {
        const { text } = event.data;
        streamed += text;
        screen.write(printable(text));
        isInLine = !text.endsWith('\n');
      }
    },
  };

  function describe(event: EngineEvent, { colors: { dim, green, red, yellow } }: Screen): string | undefined {
    const path = printable(event.stepPath ?? '');
    switch (event.type) {
      case 'step_end': {
        const { status, durationMs, attempts, error } = event.data;
        if (status === 'skipped') return dim(`- ${path} skipped`);
        const notes = [formatDuration(durationMs), ...(attempts > 1 ? [`${attempts} attempts`] : [])].join(
          ', ',
        );
        if (status === 'succeeded') return `${green('✓')} ${path} ${dim(`(${notes})`)}`;
        const why = error === undefined ? '' : `: ${oneLine(error.message)}`;
        return `${status === 'failed' ? red('✗') : yellow('✓ recovered')} ${path} ${dim(`(${notes})`)}${why}`;
      }
      case 'tool_start':
        return `  ${dim('→')} ${printable(event.data.tool)} ${dim(oneLine(JSON.stringify(event.data.input)))}`;
      case 'tool_end':
        return event.data.isError
          ? `  ${red('✗')} ${printable(event.data.tool)}: ${oneLine(textOf(event.data.output))}`
          : undefined;
      case 'turn_retry': {
        const { error, waitMs } = event.data;
        return `  ${yellow('↻')} ${oneLine(error.message)} ${dim(`(again in ${formatDuration(waitMs)})`)}`;
      }
      case 'compaction_start':
        return dim('  summing up the conversation');
      case 'compaction_end':
        return event.data.isError
          ? `  ${yellow('!')} not summed up: ${oneLine(event.data.error?.message ?? '')}`
          : undefined;
      case 'log':
        return `  ${paintLevel(event.data.level)(event.data.level)} ${oneLine(event.data.message)}`;
      case 'approval_requested':
        return `${yellow('?')} ${path} ${oneLine(String(event.data['title'] ?? ''))} ${dim('(waits for an answer)')}`;
      case 'submission_queued':
        return dim(`  waiting: ${event.data.position} before this one`);
      default:
        return undefined;
    }
  }

  function paintLevel(level: 'debug' | 'info' | 'warn' | 'error'): (text: string) => string {
    return { debug: colors.dim, info: colors.cyan, warn: colors.yellow, error: colors.red }[level];
  }
}

const maxLine = 160;

function oneLine(text: string): string {
  const flat = printable(text).replace(/\s+/g, ' ').trim();
  return flat.length > maxLine ? `${flat.slice(0, maxLine - 1)}…` : flat;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
