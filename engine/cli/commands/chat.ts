import { ulid } from 'ulid';
import { defaultSession } from '../../core/ids.ts';
import { asProblem, type Problem } from '../../core/problem.ts';
import { createEngine } from '../../engine.ts';
import type { Engine } from '../../api.ts';
import type { Thinking } from '../../program/model.ts';
import { checkAsked } from '../chat/check-asked.ts';
import { doCommand, newChat, type ChatState } from '../chat/commands.ts';
import { converse } from '../chat/converse.ts';
import { readLines, type Lines } from '../chat/lines.ts';
import { talkAtServer } from '../chat/talk-at-server.ts';
import { talkHere } from '../chat/talk-here.ts';
import type { Talk } from '../chat/talk.ts';
import { clientAt } from '../client-at.ts';
import { envOf, watchSecrets, type EnvFromOptions } from '../engine-options.ts';
import { exitCodes } from '../exit-codes.ts';
import { endingSignals } from '../hang-up.ts';
import { openProgram } from '../open-program.ts';
import { attend } from '../questions/attend.ts';
import { printProblem } from '../report/failure.ts';
import { shellWord } from '../report/shell-word.ts';
import { projectOption } from '../report/project-option.ts';
import { refuseTapeAt, tapeOf, type TapeOptions } from '../tape-options.ts';
import type { Terminal } from '../terminal.ts';
import { adviseServer, closeTold } from '../use-store.ts';

/** Options of `engine chat`. */
export interface ChatOptions extends TapeOptions, EnvFromOptions {
  readonly project: string;
  readonly server?: string;
  readonly id?: string;
  readonly session?: string;
  readonly model?: string;
  readonly role?: string;
  readonly thinking?: Thinking;
  readonly json?: boolean;
}

/**
 * A conversation with an agent: with a person at a terminal, or with the lines of stdin, each a message. Ctrl-C ends the answer that is
 * on its way; twice, or where there is none, it leaves.
 * @returns 0; of a pipe the exit code of the last answer that failed; 130 when it was left with Ctrl-C.
 */
export async function chat(name: string, options: ChatOptions, terminal: Terminal): Promise<number> {
  const instance = options.id ?? `chat-${ulid().toLowerCase()}`;
  if (options.server !== undefined) {
    refuseTapeAt(options.server, options);
    const talk = talkAtServer(clientAt(options.server), name, instance);
    return chatOn(talk, undefined, options, terminal);
  }
  const program = await openProgram(options.project, terminal);
  const engine = await createEngine({ program, ...tapeOf(options), ...envOf(options) }).catch(adviseServer);
  try {
    watchSecrets(engine, terminal);
    return await chatOn(talkHere(engine, name, instance), engine, options, terminal);
  } finally {
    // A person who leaves waits for no receiver.
    await closeTold(engine, terminal, { isHurried: process.stdin.isTTY });
  }
}

async function chatOn(
  talk: Talk,
  engine: Engine | undefined,
  options: ChatOptions,
  terminal: Terminal,
): Promise<number> {
  const { err } = terminal;
  const { project, server, json = false } = options;
  const isPerson = process.stdin.isTTY && err.isTerminal && !json;
  const state = stateOf(options);
  // Also the first question to a server: an agent that is not there is told at once.
  const about = await talk.about();
  const { model } = about;
  const unsure = checkAsked(about, options);
  if (unsure.length > 0)
    err.line(
      `whether there is the ${unsure.join(' and the ')} is told with the first answer: this server does not say`,
    );
  const before = isPerson ? await talk.history(state.session) : [];
  const lines = readLines(isPerson, before.flatMap(saidOf));
  const ctrlC = interrupts(lines, isPerson, terminal);
  const placed = `${talk.agent} --id ${shellWord(talk.instance)}${state.session === defaultSession ? '' : ` --session ${shellWord(state.session)}`}`;
  const goOn = `engine chat ${placed}${server === undefined ? projectOption(project) : ` --server ${server}`}`;
  if (isPerson) {
    const { bold, dim } = err.colors;
    err.line(`${bold(talk.agent)} ${dim([talk.instance, state.model ?? model ?? []].flat().join(', '))}`);
    err.line(dim('/help shows commands, Ctrl-D leaves'));
  }
  let failed: Problem | undefined;
  try {
    while (!ctrlC.left.aborted) {
      const text = await lines.next(err.colors.bold('> '));
      if (text === undefined || ctrlC.left.aborted) break;
      if (text.trim() === '') continue;
      const isCommand = /^\/(?!\/)/.test(text);
      const answering = ctrlC.begin();
      try {
        if (isCommand) {
          if (await doCommand(text.slice(1), { talk, state, terminal })) break;
          continue;
        }
        const manner = { terminal, json, lines: isPerson ? lines : undefined, onSubmission };
        const problem = await converse(talk, state, text.replace(/^\/\//, '/'), manner, answering);
        failed = problem ?? failed;
      } catch (thrown) {
        failed = asProblem(thrown);
        printProblem(failed, terminal);
      } finally {
        ctrlC.end();
      }
    }
  } finally {
    lines.close();
    ctrlC.release();
  }
  if (isPerson) err.line(err.colors.dim(`go on with: ${goOn}`));
  if (ctrlC.left.aborted) return exitCodes.interrupted;
  return isPerson || failed === undefined ? exitCodes.ok : failed.exitCode;

  /** Nobody is there to be asked, so it is told how to answer from elsewhere. */
  function onSubmission(submissionId: string, signal: AbortSignal): void {
    if (engine === undefined) return;
    const nobody = { person: undefined, leaves: false, asking: () => undefined, gaveUp: () => undefined };
    attend(engine, submissionId, { terminal, project, ...nobody }, signal).catch(() => undefined);
  }
}

function stateOf({ session = defaultSession, model, role, thinking }: ChatOptions): ChatState {
  return {
    ...newChat(session),
    ...(model === undefined ? {} : { model }),
    ...(role === undefined ? {} : { role }),
    ...(thinking === undefined ? {} : { thinking }),
  };
}

function saidOf(message: Awaited<ReturnType<Talk['history']>>[number]): readonly string[] {
  if (message.role !== 'user') return [];
  return message.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
}

/** Ctrl-C: ends the answer that is on its way, and leaves when there is none or it comes again. */
function interrupts(
  lines: Lines,
  isPerson: boolean,
  { err }: Terminal,
): { readonly left: AbortSignal; begin(): AbortSignal; end(): void; release(): void } {
  const left = new AbortController();
  let answering: AbortController | undefined;
  let wasAsked = false;
  const leave = (): void => {
    left.abort();
    answering?.abort();
    lines.close();
  };
  const onInterrupt = (): void => {
    if (answering !== undefined && !answering.signal.aborted) {
      answering.abort();
      return;
    }
    if (answering !== undefined || wasAsked || !isPerson) return leave();
    wasAsked = true;
    err.line('\nCtrl-C once more leaves');
  };
  lines.onInterrupt = onInterrupt;
  process.on('SIGINT', onInterrupt);
  const ending = endingSignals().filter((name) => name !== 'SIGINT');
  for (const name of ending) process.on(name, leave);
  return {
    left: left.signal,
    begin() {
      wasAsked = false;
      answering = new AbortController();
      return answering.signal;
    },
    end: () => void (answering = undefined),
    release() {
      process.off('SIGINT', onInterrupt);
      for (const name of ending) process.off(name, leave);
    },
  };
}
