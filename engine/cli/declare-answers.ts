import type { Command } from 'commander';
import type { AnswerOptions } from './commands/answer.ts';
import type { ApprovalsOptions } from './commands/approvals.ts';
import type { SignalOptions } from './commands/signal.ts';
import { examples, integer, perform } from './declare.ts';

/** The commands for what runs wait for: approvals, answers, events. */
export function declareAnswers(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('approvals')
    .description('list what steps ask people: decisions and answers')
    .option('--workflow <name>', 'only of runs of this workflow')
    .option('--run <runId>', 'only of this run')
    .option('--limit <count>', 'at most this many', integer(1, 1_000), 100)
    .option('--server <url>', 'at this server; default: in the store of the project')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('engine approvals', 'engine approvals --server http://127.0.0.1:8000'))
    .action(
      perform(end, async (terminal, _args, options: ApprovalsOptions) =>
        (await import('./commands/approvals.ts')).approvals(options, terminal),
      ),
    );

  for (const [name, decision, description] of answers) {
    engine
      .command(name)
      .description(description)
      .argument('<runId>', 'a run')
      .argument('<step>', 'path of the step, such as "sign_off" or "lines[3]/sign_off"')
      .option('-d, --data <json>', 'what the form wants, as JSON, @file, or - for stdin')
      .option('--by <name>', 'who answers')
      .option(
        '--server <url>',
        'at this server; default: in the store of the project, when no server owns it',
      )
      .option('-p, --project <folder>', 'project folder', '.')
      .option('--json', 'print JSON')
      .addHelpText('after', examples(`engine ${name} workflow:refund:01J... sign_off --by ada`))
      .action(
        perform(end, async (terminal, [runId, step], options: AnswerOptions) =>
          (await import('./commands/answer.ts')).answer(decision, runId ?? '', step ?? '', options, terminal),
        ),
      );
  }

  engine
    .command('signal')
    .description('send an event to a run, for a step that waits for its topic')
    .argument('<runId>', 'a run')
    .argument('<topic>', 'topic of the event')
    .option('-d, --data <json>', 'what comes with it, as JSON, @file, or - for stdin; default null')
    .option('--key <text>', 'the same key is one event')
    .option('--server <url>', 'at this server; default: in the store of the project, when no server owns it')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('engine signal workflow:refund:01J... paid --data \'{"bank": "b"}\''))
    .action(
      perform(end, async (terminal, [runId, topic], options: SignalOptions) =>
        (await import('./commands/signal.ts')).signal(runId ?? '', topic ?? '', options, terminal),
      ),
    );
}

const answers = [
  ['approve', 'approved', 'approve what a step of a run asks'],
  ['reject', 'rejected', 'reject what a step of a run asks'],
  ['answer', undefined, 'answer the question of a step of a run'],
] as const;
