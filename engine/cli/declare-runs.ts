import type { Command } from 'commander';
import type { RunActOptions } from './commands/runs-acts.ts';
import type { LogsOptions } from './commands/runs-logs.ts';
import type { RunsOptions } from './commands/runs.ts';
import type { WhyOptions } from './commands/why.ts';
import { examples, integer, perform } from './declare.ts';
import { declareAnswers } from './declare-answers.ts';
import { declarePrune } from './declare-upkeep.ts';
import type { RunActs } from './open-runs.ts';
import { recordOption, replayOption } from './tape-options.ts';
import { withPlace } from './server-option.ts';
import { stateOption } from './state-option.ts';

/** The commands that look at runs and act on them. */
export function declareRuns(engine: Command, end: (exitCode: number) => void): void {
  const runs = withPlace(withFilter(engine.command('runs')))
    .description('list runs of workflows, show one, follow, answer, stop or do it again')
    .argument('[runId]', 'a run to show, or "latest"; default: list them')
    .option('--events', 'with the events of the run')
    .addHelpText(
      'after',
      examples(
        'engine runs --state failed,cancelled',
        'engine runs workflow:refund:01J... --events',
        'engine runs follow workflow:refund:01J... --server http://127.0.0.1:8000',
        'engine runs why latest charge',
        'engine runs approve latest sign_off --by ada',
        'engine runs resume workflow:refund:01J...',
        'engine runs fork workflow:refund:01J... --from charge',
      ),
    )
    .action(
      perform(end, async (terminal, [runId], options: RunsOptions) =>
        (await import('./commands/runs.ts')).runs(runId, options, terminal),
      ),
    );

  withPlace(withFilter(runs.command('list')))
    .description('list runs, newest first')
    .action(
      perform(end, async (terminal, _args, options: RunsOptions) =>
        (await import('./commands/runs.ts')).runs(undefined, options, terminal),
      ),
    );

  withPlace(runs.command('show'))
    .description('show a run')
    .argument('<runId>', 'a run, or "latest"')
    .option('--events', 'with the events of the run')
    .action(
      perform(end, async (terminal, [runId], options: RunsOptions) =>
        (await import('./commands/runs.ts')).runs(runId, options, terminal),
      ),
    );

  withPlace(runs.command('logs'))
    .description('print what the steps of a run logged, and which failed')
    .argument('<runId>', 'a run, or "latest"')
    .action(
      perform(end, async (terminal, [runId], options: LogsOptions) =>
        (await import('./commands/runs-logs.ts')).logs(runId ?? '', options, terminal),
      ),
    );

  withPlace(runs.command('follow'))
    .description('show what happens in a run until it ends, then its output; --json: a line for each event')
    .argument('<runId>', 'a run, or "latest"')
    .action(
      perform(
        end,
        async (terminal, [runId], options: LogsOptions) =>
          (await import('./commands/runs-logs.ts')).follow(runId ?? '', options, terminal),
        () => true,
      ),
    );

  withPlace(runs.command('cancel'))
    .description('ask a run to stop')
    .argument('<runId>', 'a run, or "latest"')
    .action(
      perform(end, async (terminal, [runId], options: RunActOptions) =>
        (await import('./commands/runs-acts.ts')).cancel(runId ?? '', options, terminal),
      ),
    );

  const declareAgain = (name: string, description: string): Command =>
    withPlace(runs.command(name))
      .description(description)
      .argument('<runId>', 'a run, or "latest"')
      .option('--no-wait', 'leave it when it only waits for people, with exit code 4')
      .addOption(recordOption())
      .addOption(replayOption())
      .option('-q, --quiet', 'no progress');
  const againBy =
    <Options extends RunActOptions>(
      start: (runs: RunActs, runId: string, options: Options) => ReturnType<RunActs['redrive']>,
    ) =>
    (...given: unknown[]): Promise<void> =>
      perform(end, async (terminal, [runId = ''], options: Options) =>
        (await import('./commands/runs-acts.ts')).again(
          runId,
          (opened, id) => start(opened, id, options),
          options,
          terminal,
        ),
      )(...given);

  declareAgain('redrive', 'start a run with the input of one that failed or was cancelled').action(
    againBy((opened, runId) => opened.redrive(runId)),
  );
  declareAgain(
    'resume',
    'go on where a run is left, or in a new run where one failed or was cancelled',
  ).action(againBy((opened, runId) => opened.resume(runId)));
  declareAgain('fork', 'go on in a new run where one, however it ended, came to a step')
    .requiredOption('--from <step>', 'path of the step, such as "charge" or "lines[3]/charge"')
    .action(againBy((opened, runId, { from }: RunActOptions & { from: string }) => opened.fork(runId, from)));

  declareAnswers(runs, 'engine runs', end);
  declareWhy(runs, 'engine runs', end);
  declarePrune(runs, end);
}

/**
 * The command that explains a step.
 * @param parent the command it is of: `engine`, or `runs` of it.
 * @param path how that is called.
 */
export function declareWhy(parent: Command, path: string, end: (exitCode: number) => void): void {
  withPlace(parent.command('why'))
    .description('say why a step of a run went as it did, and what would have changed it')
    .argument('<runId>', 'a run, or "latest"')
    .argument('<step>', 'path or id of the step, such as "charge" or "lines[3]/charge"')
    .addHelpText('after', examples(`${path} why workflow:refund:01J... approve`))
    .action(
      perform(end, async (terminal, [runId = '', step = ''], options: WhyOptions) =>
        (await import('./commands/why.ts')).why(runId, step, options, terminal),
      ),
    );
}

function withFilter(command: Command): Command {
  return command
    .option('--workflow <name>', 'only runs of this workflow')
    .addOption(stateOption('only runs'))
    .option('--limit <count>', 'at most this many', integer(1, 1_000), 20)
    .option('--before <runId>', 'only runs older than this one');
}
