import type { Command } from 'commander';
import type { AllLogsOptions } from './commands/logs.ts';
import { examples, integer, perform } from './declare.ts';
import { serverOption } from './server-option.ts';

/** The command that prints what happens, in all runs and submissions. */
export function declareLogs(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('logs')
    .description('print the events of all runs and prompts, or of one; reads only')
    .argument('[id]', 'run or submission, or "latest"; default all')
    .option('-f, --follow', 'also those that come, until the end of that one, or Ctrl-C')
    .option('--since <time>', 'only events since then: a duration such as 10m, or an ISO time')
    .option('--types <types>', 'only events of these types, with commas, such as log,error,tool_end')
    .option('--agent <name>', 'only events of this agent')
    .option('--workflow <name>', 'only events of runs of this workflow')
    .option('--limit <count>', 'of the newest so many runs and so many prompts', integer(1, 1_000), 20)
    .addOption(serverOption('at a running server; default: in the store of the project'))
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print each event as a line of JSON')
    .addHelpText(
      'after',
      examples(
        'engine logs --follow',
        'engine logs latest --json',
        'engine logs --since 10m --types log,error',
        'engine logs --follow --agent triage --server http://127.0.0.1:8000',
      ),
    )
    .action(
      perform(
        end,
        async (terminal, [id], options: AllLogsOptions) =>
          (await import('./commands/logs.ts')).allLogs(id, options, terminal),
        () => true,
      ),
    );
}
