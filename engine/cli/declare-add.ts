import type { Command } from 'commander';
import type { AddOptions } from './commands/add.ts';
import { examples, perform } from './declare.ts';

/** The command `add`. */
export function declareAdd(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('add')
    .description('connect a project with something, by a guide for you or a coding agent; runs nothing')
    .argument('[guide]', 'a guide, an https address or the path of a Markdown file; default: list all')
    .option('--print', 'print the steps as Markdown')
    .option('--write', 'write the files of the guide; overwrites nothing')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'engine add',
        'engine add github',
        'engine add github --write',
        'engine add openrouter --print',
        'engine add ./guides/shop.md --write',
      ),
    )
    .action(
      perform(end, async (terminal, [guide], options: AddOptions) =>
        (await import('./commands/add.ts')).add(guide, options, terminal),
      ),
    );
}
