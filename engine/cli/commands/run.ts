import { createEngine } from '../../engine.ts';
import type { Thinking } from '../../program/model.ts';
import { envOf, watchSecrets, type EnvFromOptions } from '../engine-options.ts';
import { exitCodes } from '../exit-codes.ts';
import { findTarget } from '../find-target.ts';
import { watchInterrupts } from '../interrupt.ts';
import { openProgram } from '../open-program.ts';
import { runAgent } from '../run-agent.ts';
import { runWorkflow } from '../run-workflow.ts';
import { tapeOf, type TapeOptions } from '../tape-options.ts';
import type { Terminal } from '../terminal.ts';
import { closeTold } from '../use-store.ts';

/** Options of `engine run`. */
export interface RunOptions extends EnvFromOptions, TapeOptions {
  readonly input?: string;
  readonly text?: string;
  readonly instance?: string;
  readonly session?: string;
  readonly model?: string;
  readonly role?: string;
  readonly thinking?: Thinking;
  /** Paths on this machine. */
  readonly file?: readonly string[];
  readonly idempotencyKey?: string;
  readonly project: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** False with `--no-wait`. */
  readonly wait?: boolean;
}

/** Runs a workflow, or prompts an agent once, and prints the result. Exit code 130 when Ctrl-C ended it. */
export async function run(word: string, options: RunOptions, terminal: Terminal): Promise<number> {
  const program = await openProgram(options.project, terminal);
  const target = findTarget(program, word);
  const interrupt = watchInterrupts();
  try {
    const engine = await createEngine({ program, recover: false, ...tapeOf(options), ...envOf(options) });
    watchSecrets(engine, terminal);
    try {
      const work = target.kind === 'workflow' ? runWorkflow : runAgent;
      const exitCode = await work(engine, target.name, options, { terminal, interrupt });
      return interrupt.signal.aborted ? exitCodes.interrupted : exitCode;
    } catch (thrown) {
      if (!interrupt.signal.aborted) throw thrown;
      return exitCodes.interrupted;
    } finally {
      await closeTold(engine, terminal, { isHurried: interrupt.signal.aborted });
    }
  } finally {
    interrupt.release();
  }
}
