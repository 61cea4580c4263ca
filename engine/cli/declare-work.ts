import { Option, type Command } from 'commander';
import { thinkingLevels } from '../program/thinking-levels.ts';
import type { RunOptions } from './commands/run.ts';
import type { DevOptions } from './commands/dev.ts';
import type { ServeOptions } from './commands/serve.ts';
import type { TokenOptions } from './commands/token.ts';
import { examples, integer, perform } from './declare.ts';
import { envFromOption } from './engine-options.ts';
import { logLevels } from '../telemetry/create-log.ts';
import { recordOption, replayOption } from './tape-options.ts';

/** The commands that let a project work: once, or for those who call. */
export function declareWork(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('run')
    .description('run a workflow, or send a message to an agent, and print the result')
    .argument(
      '<name>',
      'a workflow or an agent; "workflow:<name>" or "agent:<name>" when both have that name',
    )
    .option('-i, --input <json>', 'input as JSON, @file, or - for stdin')
    .option('-t, --text <text>', 'message to an agent or text input of a workflow, @file, or - for stdin')
    .option('--instance <id>', 'agent instance; default a new one')
    .option('--session <name>', 'session of the instance; default "default"')
    .option('--model <model>', 'model for the agent: "provider/model" or an alias')
    .option('--role <role>', 'role of the project for this message to an agent')
    .addOption(
      new Option('--thinking <level>', 'how hard the model of the agent thinks').choices(thinkingLevels),
    )
    .option(
      '--file <path...>',
      'text file or image that goes with the message to an agent; may be given again',
    )
    .option('--idempotency-key <key>', 'the same key with the same input is the same work')
    .option('--no-wait', 'leave a workflow when it only waits for people, with exit code 4')
    .addOption(recordOption())
    .addOption(replayOption())
    .addOption(envFromOption())
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print one JSON object with ids, output and usage')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      examples(
        'engine run triage --text "My order 17 is late"',
        'engine run triage --text @letter.txt --instance customer-17',
        'engine run triage --text "What is broken here?" --file screenshot.png --file log.txt',
        'engine run refund --input \'{"orderId": "17"}\' --json',
        'cat order.json | engine run workflow:refund --input -',
        'engine run refund --input @order.json --no-wait',
        'engine run triage --text "Where is it?" --record test/triage.cassette.yaml',
      ),
    )
    .action(
      perform(end, async (terminal, [name], options: RunOptions) =>
        (await import('./commands/run.ts')).run(name ?? '', options, terminal),
      ),
    );

  withServing(engine.command('serve'), 'text on a terminal, else json')
    .description('serve the agents and workflows of a project over HTTP and WebSocket')
    .option(
      '--json',
      'print JSON: a line with the address and what is served, or with what keeps it from that',
    )
    .addHelpText('after', examples('engine serve', 'engine serve --project ./my-project --port 8080'))
    .action(
      perform(
        end,
        async (terminal, _args, options: ServeOptions) =>
          (await import('./commands/serve.ts')).serve(options, terminal),
        () => true,
      ),
    );

  engine
    .command('token')
    .description('make a random token for a caller of the server, and say what engine.yaml has to have of it')
    .argument('[name]', 'name of the caller', 'client')
    .option('--json', 'print one JSON object with name, token and hash')
    .addHelpText('after', examples('engine token website', 'engine token website --json'))
    .action(
      perform(end, async (terminal, [name = 'client'], options: TokenOptions) =>
        Promise.resolve((await import('./commands/token.ts')).token(name, options, terminal)),
      ),
    );

  withServing(engine.command('dev'), 'text')
    .description('serve a project while it is written: edits go live as they are saved')
    .option('-q, --quiet', 'no line for each prompt and run')
    .option(
      '--json',
      'print JSON: a line with the address and what is served, then one for each edit; each has a "type"',
    )
    .addHelpText('after', examples('engine dev', 'engine dev --project ./my-project --port 0'))
    .action(
      perform(
        end,
        async (terminal, _args, options: DevOptions) =>
          (await import('./commands/dev.ts')).dev(options, terminal),
        () => true,
      ),
    );
}

/** Options of commands that serve: where, to whom, and what is told of it. */
function withServing(command: Command, usualFormat: string): Command {
  return command
    .option('--host <address>', 'address to listen on; default of engine.yaml, else 127.0.0.1')
    .option(
      '--port <port>',
      'port to listen on, 0 for any; default of engine.yaml, else 8000',
      integer(0, 65_535),
    )
    .option('--insecure', 'let other machines call though nobody has to sign in')
    .addOption(
      new Option('--log-level <level>', 'write lines from this level on to stderr; default info').choices(
        logLevels,
      ),
    )
    .addOption(new Option('--log-format <format>', `how; default ${usualFormat}`).choices(['json', 'text']))
    .addOption(recordOption())
    .addOption(replayOption())
    .addOption(envFromOption())
    .option('-p, --project <folder>', 'project folder', '.');
}
