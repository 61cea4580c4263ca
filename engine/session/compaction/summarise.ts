import { addUsage, noUsage, textOf, type Usage } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import { isOverflow } from '../../ports/harness.ts';
import type { ModelRequest, Models } from '../../ports/model.ts';
import type { ModelChoice, ModelSettings } from '../../program/model.ts';
import { say } from '../assemble-prompt.ts';
import type { SessionPorts } from '../ports.ts';
import { estimateText } from './tokens.ts';
import { takePieces } from '../kept/transcript.ts';

/** What to sum up, and how. */
export interface SummaryTask {
  readonly models: Models;
  readonly model: ModelChoice;
  readonly settings: ModelSettings;
  /** The conversation, a piece for each message. */
  readonly pieces: readonly string[];
  /** The summary of what came before it. */
  readonly previous: string | undefined;
  /** What besides the usual the summary shall do. */
  readonly instructions: string | undefined;
  /** Name of the text that asks for the summary. */
  readonly prompt: string;
  /** The conversation goes on within a turn. */
  readonly isSplit: boolean;
  /** Tokens of the conversation that the model takes at a time. */
  readonly room: number;
  readonly origin: ModelRequest['origin'];
  readonly signal: AbortSignal;
}

/** Counts what summaries used, also of one that fails. */
export interface SummaryCount {
  usage: Usage;
  calls: number;
}

const maxHalvings = 4;
const leastRoom = 200;

/**
 * Has a model sum up a conversation; a long one in several parts, each summary covering the one before it. Parts that are too long for
 * the model are halved, a few times. Throws what the model throws, and Problem `model_failed` when it says nothing.
 */
export async function summarise(
  ports: Pick<SessionPorts, 'program' | 'redact'>,
  task: SummaryTask,
  count: SummaryCount,
): Promise<string> {
  let summary = task.previous;
  let room = task.room;
  let halvings = 0;
  for (let at = 0; at < task.pieces.length;) {
    const own = Math.max(leastRoom, room - (summary === undefined ? 0 : estimateText(summary)));
    const { text, next } = takePieces(task.pieces, at, own);
    try {
      summary = await ask(ports, task, text, summary, count);
      at = next;
    } catch (thrown) {
      halvings += 1;
      if (!isOverflow(thrown) || halvings > maxHalvings) throw thrown;
      room = Math.floor(Math.min(own, estimateText(text)) / 2);
    }
  }
  return summary ?? '';
}

async function ask(
  { program, redact }: Pick<SessionPorts, 'program' | 'redact'>,
  task: SummaryTask,
  conversation: string,
  previous: string | undefined,
  count: SummaryCount,
): Promise<string> {
  const { models, model, settings, instructions, isSplit, origin, signal } = task;
  const scope = {
    previous: previous ?? null,
    instructions: instructions ?? null,
    isSplit,
    agent: { name: origin.agent },
  };
  const told = say(program, 'compact-conversation', { conversation, previous: previous ?? null });
  const asked = say(program, task.prompt, scope);
  const name = `${model.provider}/${model.id}`;
  count.calls += 1;
  for await (const event of models.stream({
    model,
    system: say(program, 'compact-system', scope).trim(),
    // Two messages, so that what asks for the summary is the last that the user says.
    messages: [told, asked].map((text) => ({ role: 'user', content: [{ type: 'text', text: text.trim() }] })),
    tools: [],
    settings,
    origin,
    signal,
  })) {
    if (event.type !== 'finish') continue;
    count.usage = addUsage(count.usage, event.usage);
    const text = redact.text(textOf(event.message)).trim();
    if (text !== '') return text;
  }
  throw new Problem('model_failed', `model "${name}" gave no summary of the conversation`);
}

/** A count of nothing. */
export function startCount(): SummaryCount {
  return { usage: noUsage, calls: 0 };
}
