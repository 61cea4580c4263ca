import { Option, type Command } from 'commander';
import { thinkingLevels } from '../program/thinking-levels.ts';
import type { ChatOptions } from './commands/chat.ts';
import { examples, perform } from './declare.ts';
import { envFromOption } from './engine-options.ts';
import { recordOption, replayOption } from './tape-options.ts';
import { serverOption } from './server-option.ts';

/** The command that talks to an agent. */
export function declareChat(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('chat')
    .description('talk to an agent: at a terminal, or with each line of stdin as a message')
    .argument('<agent>', 'name of an agent')
    .option('--id <instance>', 'agent instance; default a new one')
    .option('--session <name>', 'session of the instance; default "default"')
    .option('--model <model>', 'model for the agent: "provider/model" or an alias')
    .option('--role <role>', 'role of the project for the answers')
    .addOption(
      new Option('--thinking <level>', 'how hard the model of the agent thinks').choices(thinkingLevels),
    )
    .addOption(
      serverOption('talk to the agent of a running server; default: of the project, in this process'),
    )
    .addOption(recordOption())
    .addOption(replayOption())
    .addOption(envFromOption())
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print one line of JSON for each answer')
    .addHelpText(
      'after',
      examples(
        'engine chat assistant',
        'engine chat assistant --id thread-1 --server http://127.0.0.1:8000',
        "printf 'Hello\\nAnd again\\n' | engine chat assistant --json",
      ) + '\nIn the chat: /help lists its commands; Ctrl-C ends an answer, twice leaves.\n',
    )
    .action(
      perform(
        end,
        async (terminal, [name], options: ChatOptions) =>
          (await import('./commands/chat.ts')).chat(name ?? '', options, terminal),
        () => true,
      ),
    );
}
