import { formatDuration } from '../../core/duration.ts';
import type { EngineEvent } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import { showProgress } from '../progress.ts';
import { printable, type Terminal } from '../terminal.ts';
import { usageText } from '../usage-text.ts';

/** Shows one answer while it comes: text as it is written, thoughts dimmed, tools and helpers in short. */
export interface ShownAnswer {
  show(event: EngineEvent): void;
  /** Ends a line that text has begun. */
  end(): void;
  /** All that the answer says, of the last turn. */
  readonly text: string;
}

/** Longest piece of a tool's result that is shown. */
const mostShown = 120;

/**
 * An answer on a terminal.
 * @param isStreamed whether text is written to stdout as it comes.
 */
export function showAnswer({ out, err }: Terminal, isStreamed: boolean): ShownAnswer {
  const { dim, red, magenta, green } = err.colors;
  const others = showProgress(err, { streamText: false });
  const depths = new Map<string, number>();
  let streamed = '';
  let inLine: 'text' | 'thinking' | undefined;

  const end = (): void => {
    if (inLine === 'text') out.line();
    if (inLine === 'thinking') err.line();
    inLine = undefined;
  };
  const line = (depth: number, text: string): void => {
    end();
    err.line(`${'  '.repeat(depth)}${text}`);
  };
  const write = (kind: 'text' | 'thinking', text: string): void => {
    if (text === '') return;
    if (inLine !== kind) end();
    if (kind === 'text') out.write(printable(text));
    else err.write(dim(printable(text)));
    inLine = text.endsWith('\n') ? undefined : kind;
  };

  return {
    get text() {
      return streamed;
    },
    end,
    show(event) {
      const { taskId } = event;
      const depth = taskId === undefined ? 0 : (depths.get(taskId) ?? 1);
      switch (event.type) {
        case 'turn_start':
          if (depth === 0) streamed = '';
          return;
        case 'text_delta':
          if (depth > 0) return;
          streamed += event.data.text;
          if (isStreamed) write('text', event.data.text);
          return;
        case 'thinking_delta':
          if (depth === 0 && isStreamed) write('thinking', event.data.text);
          return;
        case 'tool_start':
          // The task that it starts is told with more.
          if (event.data.tool === 'task') return;
          return line(depth + 1, `${dim('→')} ${printable(event.data.tool)} ${dim(short(event.data.input))}`);
        case 'tool_end': {
          const { tool, isError, output, durationMs } = event.data;
          if (tool === 'task' && !isError) return;
          const mark = isError ? red('✗') : dim('←');
          return line(
            depth + 1,
            `${mark} ${isError ? short(output) : dim(short(output))} ${dim(`(${formatDuration(durationMs)})`)}`,
          );
        }
        case 'task_start': {
          const inner = depths.size === 0 ? 1 : Math.max(1, depth);
          if (taskId !== undefined) depths.set(taskId, inner + 1);
          const { agent = 'itself', description, prompt } = event.data;
          return line(inner, `${magenta('⇢')} ${printable(agent)} ${dim(short(description ?? prompt))}`);
        }
        case 'task_end': {
          const { isError, text, error, durationMs, usage } = event.data;
          const notes = [usageText(usage) ?? [], formatDuration(durationMs)].flat().join(', ');
          const mark = isError ? red('✗') : green('⇠');
          return line(
            Math.max(1, depth - 1),
            `${mark} ${short(error?.message ?? text)} ${dim(`(${notes})`)}`,
          );
        }
        case 'approval_requested':
          // It is asked here.
          return;
        default:
          end();
          others.show(event);
      }
    },
  };
}

function short(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const flat = printable(text).replace(/\s+/g, ' ').trim();
  return flat.length > mostShown ? `${flat.slice(0, mostShown - 1)}…` : flat;
}
