import type { Command } from 'commander';
import type { ModelsOptions } from './commands/models.ts';
import { examples, perform } from './declare.ts';

/** The command `models`. */
export function declareModels(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('models')
    .description('list models: windows, prices, what they can, and where that is known from')
    .argument('[part]', 'part of a name; default: all')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('engine models', 'engine models claude', 'engine models gpt-5 --json'))
    .action(
      perform(end, async (terminal, [part], options: ModelsOptions) =>
        (await import('./commands/models.ts')).models(part, options, terminal),
      ),
    );
}
