import type { EngineEvent } from '../../core/event.ts';
import { formatDuration } from '../../core/duration.ts';
import { asProblem, type Problem } from '../../core/problem.ts';
import { noUsage, type Usage } from '../../core/message.ts';
import type { Json } from '../../core/json.ts';
import { holdBack } from '../questions/hold-back.ts';
import { reportFailure } from '../report/failure.ts';
import { printResult } from '../report/result.ts';
import type { Terminal } from '../terminal.ts';
import { usageText } from '../usage-text.ts';
import { askQuestions } from './ask-questions.ts';
import { addTo, type ChatState } from './commands.ts';
import type { Lines } from './lines.ts';
import { showAnswer } from './show-answer.ts';
import type { Talk } from './talk.ts';

/** How answers are shown. */
export interface Manner {
  readonly terminal: Terminal;
  /** Answers as JSON, a line each. */
  readonly json: boolean;
  /** Who is asked what answers ask; undefined: nobody is there. */
  readonly lines: Lines | undefined;
  /** Told of each answer that begins, where nobody is there to be asked. */
  readonly onSubmission: (submissionId: string, signal: AbortSignal) => void;
}

/** Sends one message and shows the answer. Gives the Problem that it ended with, which was reported. */
export async function converse(
  talk: Talk,
  state: ChatState,
  message: string,
  { terminal, json, lines, onSubmission }: Manner,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const { out, err } = terminal;
  const { session, model, role, thinking, files } = state;
  const isStreamed = lines !== undefined && !json;
  const shown = showAnswer(terminal, isStreamed);
  const held = holdBack(shown.show);
  const over = new AbortController();
  const told: { id?: string; output: Json; text: string; usage: Usage; model?: string } = {
    output: null,
    text: '',
    usage: noUsage,
  };
  const began = performance.now();
  let asking: Promise<void> | undefined;
  const note = (event: EngineEvent): void => {
    if (event.submissionId !== undefined && told.id === undefined) {
      told.id = event.submissionId;
      if (lines === undefined) onSubmission(event.submissionId, over.signal);
    }
    if (event.type === 'approval_requested' && lines !== undefined && told.id !== undefined) {
      const around = { lines, terminal, busy: held.hold };
      asking ??= askQuestions(talk, told.id, around, over.signal).finally(() => (asking = undefined));
    }
    if (event.type === 'approval_resolved') return;
    if (event.type === 'turn_end' && event.taskId === undefined) told.model = event.data.model;
    if (event.type !== 'operation_end' || event.taskId !== undefined) return;
    const { text = '', output = text, usage } = event.data;
    Object.assign(told, { text, output, usage });
  };
  state.files = [];
  let problem: Problem | undefined;
  try {
    const how = {
      session,
      files,
      ...(model === undefined ? {} : { model }),
      ...(role === undefined ? {} : { role }),
      ...(thinking === undefined ? {} : { thinking }),
    };
    for await (const event of talk.ask(message, how, signal)) {
      note(event);
      held.show(event);
    }
  } catch (thrown) {
    problem = asProblem(thrown);
    // What it would have gone with goes with the next one.
    if (told.id === undefined) state.files = files;
  } finally {
    over.abort();
    shown.end();
  }
  addTo(state, told.usage);
  if (problem === undefined) state.answers += 1;
  const { id: submissionId, text, output, usage } = told;
  if (json) {
    const place = { agent: talk.agent, instance: talk.instance, session };
    const ended =
      problem === undefined
        ? { state: 'succeeded', output, text, usage, model: told.model }
        : { state: signal.aborted ? 'cancelled' : 'failed', error: problem.toData(), usage };
    out.line(JSON.stringify({ submissionId, ...place, ...ended }));
  } else if (problem === undefined && !(isStreamed && output === text && shown.text === text))
    printResult(output, terminal);
  if (problem !== undefined && signal.aborted && lines !== undefined) err.line(err.colors.dim('ended'));
  else if (problem !== undefined) reportFailure(problem, terminal);
  else if (!json) {
    const ms = formatDuration(performance.now() - began);
    err.line(err.colors.dim([told.model ?? [], usageText(usage) ?? [], ms].flat().join(', ')));
  }
  return problem;
}
