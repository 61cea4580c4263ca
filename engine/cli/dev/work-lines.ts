import { formatDuration } from '../../core/duration.ts';
import type { EngineEvent } from '../../core/event.ts';
import { noUsage, type Usage } from '../../core/message.ts';
import { count } from '../report/summary.ts';
import { printable, type Screen } from '../terminal.ts';
import { usageText } from '../usage-text.ts';

/** What is counted of a prompt or run while it works. */
interface Work {
  turns: number;
  calls: number;
  steps: number;
  readonly began: number;
}

/** Longest piece of a message that is shown. */
const mostShown = 60;

/** An observer that tells of each prompt and run in two lines: that it begins, and how it ended. */
export function showWork({ line, colors }: Screen): (event: EngineEvent) => void {
  const { bold, cyan, dim, green, red, yellow } = colors;
  const working = new Map<string, Work>();

  const workOf = ({ executionId, timestamp }: EngineEvent): Work => {
    const known = working.get(executionId) ?? { turns: 0, calls: 0, steps: 0, began: Date.parse(timestamp) };
    working.set(executionId, known);
    return known;
  };
  const ended = (event: EngineEvent, isError: boolean, usage: Usage, why: string | undefined): void => {
    const { turns, calls, steps, began } = workOf(event);
    working.delete(event.executionId);
    const parts = [
      ...(steps > 0 ? [count(steps, 'step')] : []),
      ...(turns > 0 ? [count(turns, 'turn')] : []),
      ...(calls > 0 ? [count(calls, 'tool call')] : []),
      usageText(usage) ?? [],
      formatDuration(Date.parse(event.timestamp) - began),
    ].flat();
    const mark = isError ? red('✗') : green('✓');
    const reason = why === undefined ? '' : ` ${red(short(why))}`;
    line(`${mark} ${nameOf(event)}${reason} ${dim(parts.join(', '))}`);
  };

  return (event) => {
    switch (event.type) {
      case 'run_start':
        workOf(event);
        return line(`${cyan('→')} ${nameOf(event)} ${dim(short(JSON.stringify(event.data.input)))}`);
      case 'run_resume':
      case 'submission_resume':
        workOf(event);
        return line(`${cyan('→')} ${nameOf(event)} ${dim('taken up again')}`);
      case 'operation_start':
        // What a run or a task asks belongs to it.
        if (event.runId !== undefined || event.taskId !== undefined) return;
        workOf(event);
        return line(`${cyan('→')} ${nameOf(event)} ${dim(short(event.data.message))}`);
      case 'turn_end':
        workOf(event).turns += 1;
        return;
      case 'tool_end':
        workOf(event).calls += 1;
        return;
      case 'step_end':
        workOf(event).steps += 1;
        return;
      case 'approval_requested':
        return line(
          `${yellow('?')} ${nameOf(event)} ${short(String(event.data['title'] ?? ''))} ${dim('(waits for an answer: engine approvals)')}`,
        );
      case 'operation_end':
        if (event.runId !== undefined || event.taskId !== undefined) return;
        return ended(event, event.data.isError, event.data.usage, event.data.error?.message);
      case 'submission_end':
        // One that has an operation was told with it.
        if (event.data.error !== undefined && working.has(event.executionId))
          ended(event, true, noUsage, event.data.error.message);
        working.delete(event.executionId);
        return;
      case 'run_end':
        return ended(event, event.data.state !== 'succeeded', event.data.usage, event.data.error?.message);
      default:
        return;
    }
  };

  function nameOf({ runId, agent, instanceId, session }: EngineEvent): string {
    if (runId !== undefined) return bold(printable(runId));
    const place = session === undefined || session === 'default' ? instanceId : `${instanceId}/${session}`;
    return `${bold(printable(agent ?? ''))} ${printable(place ?? '')}`;
  }

  function short(text: string): string {
    const flat = printable(text).replace(/\s+/g, ' ').trim();
    return flat.length > mostShown ? `${flat.slice(0, mostShown - 1)}…` : flat;
  }
}
