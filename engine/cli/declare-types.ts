import type { Command } from 'commander';
import type { TypesOptions } from './commands/types.ts';
import { examples, perform } from './declare.ts';

/** The command that tells TypeScript what a project declares. */
export function declareTypes(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('types')
    .description(
      'write the names, inputs and outputs of a project as types for TypeScript; see docs/client.md',
    )
    .option('-o, --out <file>', 'file to write; default engine-types.d.ts beside engine.yaml')
    .option('--check', 'write nothing, and end with 1 when the file is stale')
    .option('--no-register', 'types that hold only where they are named: createClient<Project>()')
    .option('--stdout', 'print the types in place of writing them')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print one JSON object with the file and whether it changed')
    .addHelpText(
      'after',
      examples('engine types', 'engine types --out web/src/engine-types.d.ts', 'engine types --check'),
    )
    .action(
      perform(end, async (terminal, _args, options: TypesOptions) =>
        (await import('./commands/types.ts')).types(options, terminal),
      ),
    );
}
