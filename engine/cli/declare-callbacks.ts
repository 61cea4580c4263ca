import type { Command } from 'commander';
import type { CallbacksOptions } from './commands/callbacks.ts';
import { callbackStates } from '../core/records/callback.ts';
import { examples, integer, perform, refuseBoth } from './declare.ts';
import { withPlace } from './server-option.ts';
import { stateOption } from './state-option.ts';

/** The command that looks at what callbacks were told, and tells it again. */
export function declareCallbacks(engine: Command, end: (exitCode: number) => void): void {
  const callbacks = withFilter(withPlace(engine.command('callbacks')))
    .description('list what callbacks were told and are to be told, show one, tell it again')
    .addHelpText(
      'after',
      examples(
        'engine callbacks --failed',
        'engine callbacks --state queued,waiting --callback order-system',
        'engine callbacks show cb_01J...',
        'engine callbacks redeliver cb_01J... --server http://127.0.0.1:8000',
        'engine callbacks redeliver --failed --callback order-system',
      ),
    )
    .action(
      perform(end, async (terminal, _args, options: CallbacksOptions) =>
        (await import('./commands/callbacks.ts')).listCallbacks(options, terminal),
      ),
    );
  withFilter(withPlace(callbacks.command('list')))
    .description('list deliveries, newest first')
    .action(
      perform(end, async (terminal, _args, options: CallbacksOptions) =>
        (await import('./commands/callbacks.ts')).listCallbacks(options, terminal),
      ),
    );
  withPlace(callbacks.command('show'))
    .description('show a delivery: what is sent, and what came of each attempt')
    .argument('<delivery>', 'its id')
    .action(
      perform(end, async (terminal, [id = ''], options: CallbacksOptions) =>
        (await import('./commands/callbacks.ts')).showCallback(id, options, terminal),
      ),
    );
  withPlace(callbacks.command('redeliver'))
    .description('deliver once more, with the same id and body')
    .argument('[delivery]', 'its id')
    .option('--failed', 'all that were given up')
    .option('--callback <name>', 'with --failed: only those to this callback')
    .action(
      perform(end, async (terminal, [id], options: CallbacksOptions) =>
        (await import('./commands/callbacks.ts')).redeliverCallbacks(id, options, terminal),
      ),
    );
}

function withFilter(command: Command): Command {
  command
    .option('--failed', 'only those that were given up: --state failed')
    .addOption(stateOption('only those', callbackStates))
    .option('--callback <name>', 'only those to this callback')
    .option('--limit <count>', 'at most this many', integer(1, 1_000), 20)
    .option('--before <delivery>', 'only those made before this one');
  refuseBoth(command, 'failed', 'state');
  return command;
}
