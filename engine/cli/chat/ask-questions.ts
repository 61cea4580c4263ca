import { setTimeout } from 'node:timers/promises';
import type { Approval, ApprovalAnswer } from '../../api.ts';
import type { Json } from '../../core/json.ts';
import { asProblem } from '../../core/problem.ts';
import { printProblem } from '../report/failure.ts';
import { printable, type Terminal } from '../terminal.ts';
import type { Lines } from './lines.ts';
import type { Talk } from './talk.ts';

/** Milliseconds between two looks at what is asked. */
const lookMs = 150;

/**
 * Asks the person who chats what an answer asks, between its lines, until the signal aborts.
 * @param busy told when a question is open, and when no more: other output would be in the way.
 */
export async function askQuestions(
  talk: Talk,
  submissionId: string,
  {
    lines,
    terminal,
    busy,
  }: { readonly lines: Lines; readonly terminal: Terminal; busy(isAsking: boolean): void },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const [question] = await talk.questions(submissionId).catch(() => []);
    if (question !== undefined && !signal.aborted) {
      busy(true);
      try {
        const answer = await askHere(question, lines, terminal);
        if (answer === undefined || signal.aborted) return;
        await talk.answer(question, answer);
      } catch (thrown) {
        printProblem(asProblem(thrown), terminal);
      } finally {
        busy(false);
      }
    }
    await setTimeout(lookMs, undefined, { signal }).catch(() => undefined);
  }
}

async function askHere(
  { kind, title, message, tool }: Approval,
  lines: Lines,
  { err }: Terminal,
): Promise<ApprovalAnswer | undefined> {
  const { yellow, bold, dim } = err.colors;
  err.line(`${yellow('?')} ${bold(printable(title))}`);
  if (message !== undefined) err.line(printable(message));
  if (tool !== undefined) err.line(dim(printable(JSON.stringify(tool.input))));
  if (kind === 'ask') {
    const text = await lines.line('answer: ');
    return text === undefined ? undefined : { data: jsonOrText(text) };
  }
  for (;;) {
    const said = (await lines.line('[y]es, [n]o, or why not: '))?.trim();
    if (said === undefined) return undefined;
    if (/^(?:y|yes|ok|approve)$/i.test(said)) return { decision: 'approved' };
    if (/^(?:n|no|reject)$/i.test(said)) return { decision: 'rejected' };
    if (said !== '') return { decision: 'rejected', data: { reason: said } };
  }
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
