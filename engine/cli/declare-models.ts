import type { Command } from 'commander';
import type { ModelsOptions } from './commands/models.ts';
import type { UsageOptions } from './commands/usage.ts';
import { examples, perform } from './declare.ts';
import { age } from './declare-upkeep.ts';

/** The commands about models and what they cost: `models` and `usage`. */
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

  engine
    .command('usage')
    .description('say what the work in the store used and cost, by agent and workflow')
    .option('--since <duration>', 'only work admitted within this, such as 7d', age)
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('engine usage', 'engine usage --since 30d --json'))
    .action(
      perform(end, async (terminal, _args, options: UsageOptions) =>
        (await import('./commands/usage.ts')).usage(options, terminal),
      ),
    );
}
