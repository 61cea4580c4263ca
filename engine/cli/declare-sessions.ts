import type { Command } from 'commander';
import type { SessionsOptions } from './commands/sessions.ts';
import { examples, integer, perform } from './declare.ts';

type Shown = SessionsOptions & { readonly limit: number; readonly after?: string; readonly before?: string };
type Deleted = SessionsOptions & { readonly records?: boolean; readonly abort?: boolean };

/** The commands that look at the conversations of agents, and carry them from one store to another. */
export function declareSessions(engine: Command, end: (exitCode: number) => void): void {
  const sessions = engine
    .command('sessions')
    .description('list the conversations of an agent instance, show, export, import or delete one')
    .addHelpText(
      'after',
      examples(
        'engine sessions list assistant thread-1',
        'engine sessions show assistant thread-1',
        'engine sessions export assistant thread-1 > talk.jsonl',
        'engine sessions import assistant thread-2 default talk.jsonl',
      ),
    );

  placed(sessions.command('list').description('list the sessions of an instance'))
    .option('--limit <n>', 'at most so many', integer(1, 1000), 100)
    .option('--after <session>', 'only those behind this one')
    .action(
      perform(end, async (terminal, args, options: Shown) =>
        (await import('./commands/sessions.ts')).listSessions(args, options, terminal),
      ),
    );
  placed(sessions.command('show').description('show the newest entries of a session'))
    .argument('[session]', 'its name; default: default')
    .option('--limit <n>', 'at most so many', integer(1, 1000), 20)
    .option('--before <id>', 'only entries before this one')
    .action(
      perform(end, async (terminal, args, options: Shown) =>
        (await import('./commands/sessions.ts')).showSession(args, options, terminal),
      ),
    );
  placed(sessions.command('export').description('print a session as lines of JSON'))
    .argument('[session]', 'its name; default: default')
    .action(
      perform(end, async (terminal, args, options: SessionsOptions) =>
        (await import('./commands/sessions.ts')).exportSession(args, options, terminal),
      ),
    );
  placed(sessions.command('import').description('make a session of exported lines'))
    .argument('<session>', 'name of the new session')
    .argument('<file>', 'the lines; "-" reads them from standard input')
    .action(
      perform(end, async (terminal, [agent, instance, session, file], options: SessionsOptions) =>
        (await import('./commands/sessions.ts')).importSession(
          [agent, instance, session],
          file ?? '',
          options,
          terminal,
        ),
      ),
    );
  placed(sessions.command('delete').description('remove a session and those of its tasks'))
    .argument('<session>', 'its name')
    .option('--records', 'also the records and events of what it was asked')
    .option('--abort', 'end what works or waits in it')
    .action(
      perform(end, async (terminal, args, options: Deleted) =>
        (await import('./commands/sessions.ts')).deleteSession(args, options, terminal),
      ),
    );
}

function placed(command: Command): Command {
  return command
    .argument('<agent>', 'name of the agent')
    .argument('<instance>', 'id of the instance')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON');
}
