import type { Command } from 'commander';
import type { AnswerOptions } from './commands/answer.ts';
import type { ApprovalsOptions } from './commands/approvals.ts';
import type { SignalOptions } from './commands/signal.ts';
import { examples, integer, perform } from './declare.ts';
import { withPlace } from './server-option.ts';

/** The command that lists what runs wait for. */
export function declareApprovals(engine: Command, end: (exitCode: number) => void): void {
  const approvals = engine
    .command('approvals')
    .description('list what people are asked: decisions, answers, tool calls')
    .option('--workflow <name>', 'only of runs of this workflow')
    .option('--run <runId>', 'only of this run, or of the "latest"')
    .option('--agent <name>', 'only of calls that the model of this agent wants to make')
    .option('--submission <id>', 'only of this submission')
    .option('--limit <count>', 'at most this many', integer(1, 1_000), 100);
  withPlace(approvals)
    .addHelpText('after', examples('engine approvals', 'engine approvals --server http://127.0.0.1:8000'))
    .action(
      perform(end, async (terminal, _args, options: ApprovalsOptions) =>
        (await import('./commands/approvals.ts')).approvals(options, terminal),
      ),
    );
}

/**
 * The commands that give runs what they wait for: decisions, answers, events.
 * @param parent the command they are of: `engine`, or `runs` of it.
 * @param path how that is called.
 */
export function declareAnswers(parent: Command, path: string, end: (exitCode: number) => void): void {
  for (const [name, decision, description] of answers) {
    const command = withPlace(parent.command(name), where)
      .description(description)
      .argument('<runId>', 'a run, a submission, or "latest"')
      .argument('<step>', 'path of the step, such as "sign_off" or "lines[3]/sign_off", or the tool call')
      .option('-d, --data <json>', 'what the form wants, as JSON, @file, or - for stdin')
      .option('--by <name>', 'who answers');
    if (decision !== undefined)
      command.option('--reason <text>', 'why; the same as --data \'{"reason": "…"}\'');
    command
      .addHelpText('after', examples(`${path} ${name} workflow:refund:01J... sign_off --by ada`))
      .action(
        perform(end, async (terminal, [runId = '', step = ''], options: AnswerOptions) =>
          (await import('./commands/answer.ts')).answer(decision, runId, step, options, terminal),
        ),
      );
  }

  withPlace(parent.command('signal'), where)
    .description('send an event to a run, for a step that waits for its topic')
    .argument('<runId>', 'a run, or "latest"')
    .argument('<topic>', 'topic of the event')
    .option('-d, --data <json>', 'what comes with it, as JSON, @file, or - for stdin; default null')
    .option('--key <text>', 'the same key is one event')
    .addHelpText('after', examples(`${path} signal workflow:refund:01J... paid --data '{"bank": "b"}'`))
    .action(
      perform(end, async (terminal, [runId = '', topic = ''], options: SignalOptions) =>
        (await import('./commands/signal.ts')).signal(runId, topic, options, terminal),
      ),
    );
}

const where = 'at this server; default: in the store of the project, when no server owns it';

const answers = [
  ['approve', 'approved', 'approve what a step or a tool call asks'],
  ['reject', 'rejected', 'reject what a step or a tool call asks'],
  ['answer', undefined, 'answer the question of a step of a run'],
] as const;
