import { Option, type Command } from 'commander';
import { thinkingLevels } from '../program/thinking-levels.ts';
import type { DispatchOptions } from './commands/dispatch.ts';
import type { RoutesOptions } from './commands/routes.ts';
import type { SubmissionsOptions } from './commands/submissions.ts';
import { examples, integer, perform, refuseBoth } from './declare.ts';
import { serverOption, withPlace } from './server-option.ts';
import { stateOption } from './state-option.ts';

/** The commands that hand messages to agents and look at them, and the one that tells what a server serves. */
export function declareSubmissions(engine: Command, end: (exitCode: number) => void): void {
  const dispatch = engine.command('dispatch');
  dispatch
    .description('hand a message to an agent: at a server without waiting, else carried out here')
    .argument('<agent>', 'name of the agent')
    .argument('[message]', 'what to say, @file, or - for stdin')
    .option('--id, --instance <id>', 'agent instance; default a new one')
    .option('--session <name>', 'session of the instance; default "default"')
    .option('-i, --input <json>', 'typed input as JSON, @file, or - for stdin')
    .option('--model <model>', 'model for this message: "provider/model" or an alias')
    .option('--role <role>', 'role of the project for this message')
    .addOption(new Option('--thinking <level>', 'how hard the model thinks').choices(thinkingLevels))
    .option('--idempotency-key <key>', 'the same key with the same message is one message')
    .option('--wait', 'wait for the answer; without --server that is what it does')
    .option('--no-wait', 'without --server: leave it for the next start of an engine')
    .option('--follow', 'show what happens until the answer is there; --json: a line for each event')
    .addOption(serverOption('at this server; default: in the store of the project, when no server owns it'))
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print the receipt, or what came of the message, as one JSON object')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      examples(
        'engine dispatch triage "My order 17 is late" --server http://127.0.0.1:8000',
        'engine dispatch triage @letter.txt --id customer-17 --idempotency-key letter-4 --follow',
        'engine dispatch triage "Look at it tonight" --no-wait',
      ),
    )
    .action(
      perform(
        end,
        async (terminal, [agent = '', message], options: DispatchOptions) =>
          (await import('./commands/dispatch.ts')).dispatch(agent, message, options, terminal),
        ({ follow = false }) => follow,
      ),
    );
  refuseBoth(dispatch, 'wait', 'no-wait');

  const submissions = withFilter(withPlace(engine.command('submissions')))
    .description('list messages to agents, show one, follow or end it')
    .addHelpText(
      'after',
      examples(
        'engine submissions --agent triage --state failed',
        'engine submissions show latest --events',
        'engine submissions follow sub_01J... --server http://127.0.0.1:8000',
        'engine submissions abort sub_01J...',
      ),
    )
    .action(
      perform(end, async (terminal, _args, options: SubmissionsOptions) =>
        (await import('./commands/submissions.ts')).listSubmissions(options, terminal),
      ),
    );
  withFilter(withPlace(submissions.command('list')))
    .description('list messages to agents, newest first')
    .action(
      perform(end, async (terminal, _args, options: SubmissionsOptions) =>
        (await import('./commands/submissions.ts')).listSubmissions(options, terminal),
      ),
    );
  const one = (name: string, description: string): Command =>
    withPlace(submissions.command(name))
      .description(description)
      .argument('<submissionId>', 'a submission, or "latest"');
  one('show', 'show a message: its state, place in the queue, answer or failure')
    .option('--events', 'with its events')
    .action(
      perform(end, async (terminal, [id = ''], options: SubmissionsOptions) =>
        (await import('./commands/submissions.ts')).showSubmission(id, options, terminal),
      ),
    );
  one('logs', 'print the events of a message').action(
    perform(end, async (terminal, [id = ''], options: SubmissionsOptions) =>
      (await import('./commands/submissions.ts')).submissionLogs(id, options, terminal),
    ),
  );
  one('follow', 'show what happens with a message until it ends, then its answer').action(
    perform(
      end,
      async (terminal, [id = ''], options: SubmissionsOptions) =>
        (await import('./commands/submissions.ts')).followSubmission(id, options, terminal),
      () => true,
    ),
  );
  one('abort', 'end a message that waits or is at work').action(
    perform(end, async (terminal, [id = ''], options: SubmissionsOptions) =>
      (await import('./commands/submissions.ts')).abortSubmission(id, options, terminal),
    ),
  );

  engine
    .command('routes')
    .description('list what a server of this project serves: method, path, who may, what it does')
    .option('--all', 'also the routes of operators')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('engine routes', 'engine routes --all --json'))
    .action(
      perform(end, async (terminal, _args, options: RoutesOptions) =>
        (await import('./commands/routes.ts')).listRoutes(options, terminal),
      ),
    );
}

function withFilter(command: Command): Command {
  return command
    .option('--agent <name>', 'only to this agent')
    .option('--instance <id>', 'only to this instance of the agent')
    .option('--session <name>', 'only in this session of the instance')
    .addOption(stateOption('only those'))
    .option('--limit <count>', 'at most this many', integer(1, 1_000), 20)
    .option('--before <submissionId>', 'only those accepted before this one');
}
