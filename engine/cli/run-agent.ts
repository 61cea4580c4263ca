import { ulid } from 'ulid';
import type { Engine, PromptResult } from '../api.ts';
import type { EngineEvent } from '../core/event.ts';
import { defaultSession } from '../core/ids.ts';
import { asProblem, Problem } from '../core/problem.ts';
import type { RunOptions } from './commands/run.ts';
import { exitCodes } from './exit-codes.ts';
import type { Interrupt } from './interrupt.ts';
import { personAt } from './person.ts';
import { showProgress, type Progress } from './progress.ts';
import { usageText } from './usage-text.ts';
import { attend } from './questions/attend.ts';
import { holdBack } from './questions/hold-back.ts';
import { readAttachment, readJson, readText } from './read-input.ts';
import { reportFailure } from './report/failure.ts';
import { projectOption } from './report/project-option.ts';
import { shellWord } from './report/shell-word.ts';
import { printResult } from './report/result.ts';
import type { Terminal } from './terminal.ts';

/**
 * Sends one message to an agent and prints its answer; on a terminal the text is shown as it comes. An aborted signal ends it.
 * Throws Problem `invalid_request` without a message or an input, and what refuses the message.
 * @returns 0, or the exit code of the failure.
 */
export async function runAgent(
  engine: Engine,
  name: string,
  options: RunOptions,
  { terminal, interrupt }: { readonly terminal: Terminal; readonly interrupt: Interrupt },
): Promise<number> {
  const { json = false, quiet = false, model, role, thinking } = options;
  const { signal } = interrupt;
  if (options.wait === false) throw new Problem('invalid_request', '--no-wait is for workflows');
  if (options.text === undefined && options.input === undefined) {
    throw new Problem('invalid_request', `agent "${name}" needs a message; give it with --text`);
  }
  if (options.text === '-' && options.input === '-') {
    throw new Problem('invalid_request', 'only one of --text and --input can be read from stdin');
  }
  const message = options.text === undefined ? '' : await readText(options.text, '--text');
  const input =
    options.input === undefined
      ? undefined
      : await readJson(options.input, '--input', '; for plain text use --text');
  const files = await Promise.all((options.file ?? []).map((file) => readAttachment(file)));
  const { idempotencyKey } = options;
  const session = engine.agents.session(
    name,
    // The same key must be the same message, so it goes to the same instance.
    options.instance ?? `cli-${idempotencyKey ?? ulid()}`,
    options.session ?? defaultSession,
  );
  const streamText = !json && !quiet && terminal.err.isTerminal;
  const progress = showProgress(terminal.err, { streamText });
  let submissionId: string | undefined;
  const stop = new AbortController();
  const shown = holdBack(quiet ? () => undefined : progress.show);
  const onEvent = (event: EngineEvent): void => {
    shown.show(event);
    if (submissionId !== undefined || event.submissionId === undefined) return;
    submissionId = event.submissionId;
    // Who cannot attend to it does not show it either; the failure of the prompt is told.
    attend(
      engine,
      submissionId,
      {
        terminal,
        project: options.project,
        person: personAt(terminal),
        leaves: false,
        asking: shown.hold,
        gaveUp: interrupt.stop,
      },
      stop.signal,
    ).catch(() => undefined);
  };
  const about = { agent: session.agent, instance: session.instance, session: session.session };
  try {
    const started = {
      signal,
      onEvent,
      ...(input === undefined ? {} : { input }),
      ...(model === undefined ? {} : { model }),
      ...(role === undefined ? {} : { role }),
      ...(thinking === undefined ? {} : { thinking }),
      ...(files.length === 0 ? {} : { files }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    };
    const result = await session.prompt(message, started);
    progress.end();
    if (json) {
      const { submissionId: id, output, usage, model: answeredBy } = result;
      terminal.out.line(
        JSON.stringify(
          { submissionId: id, ...about, state: 'succeeded', output, usage, model: answeredBy },
          null,
          2,
        ),
      );
    } else if (!isShown(result, progress, terminal)) printResult(result.output, terminal);
    if (!quiet) conclude(result, { ...about, project: options.project }, terminal);
    return exitCodes.ok;
  } catch (thrown) {
    progress.end();
    if (submissionId === undefined) throw thrown;
    if (json) {
      const state = signal.aborted ? 'cancelled' : 'failed';
      const error = asProblem(thrown).toData();
      terminal.out.line(JSON.stringify({ submissionId, ...about, state, error }, null, 2));
    }
    return reportFailure(thrown, terminal);
  } finally {
    stop.abort();
  }
}

/** On a terminal the streamed text is the result already. */
function isShown({ output, text }: PromptResult, { streamed }: Progress, { out }: Terminal): boolean {
  return out.isTerminal && output === text && text !== '' && streamed === text;
}

function conclude(
  { usage, model }: PromptResult,
  {
    agent,
    instance,
    session,
    project,
  }: {
    readonly agent: string;
    readonly instance: string;
    readonly session: string;
    readonly project: string;
  },
  { err }: Terminal,
): void {
  const where = `${agent} --instance ${shellWord(instance)}${session === defaultSession ? '' : ` --session ${shellWord(session)}`}${projectOption(project)}`;
  err.line(
    err.colors.dim([model, usageText(usage) ?? [], `go on with: engine run ${where}`].flat().join(', ')),
  );
}
