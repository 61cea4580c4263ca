import { InvalidArgumentError, type Command } from 'commander';
import { parseDuration } from '../core/duration.ts';
import type { DoctorOptions } from './commands/doctor.ts';
import type { PruneRunsOptions } from './commands/prune.ts';
import type { SchedulesOptions } from './commands/schedules.ts';
import { examples, perform } from './declare.ts';
import { envFromOption } from './engine-options.ts';
import { withPlace } from './server-option.ts';
import { recordOption, replayOption } from './tape-options.ts';

/** The commands for who operates an engine: `doctor` and `schedules`. */
export function declareUpkeep(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('doctor')
    .description(
      'say how the store of a project is, what can be saved of a damaged one, and which secrets are not set',
    )
    .option('--store <file>', 'this store instead of that of the project')
    .option('--salvage <file>', 'copy what can be read into a new store')
    .addOption(envFromOption())
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('engine doctor', 'engine doctor --salvage .engine/data/saved.sqlite'))
    .action(
      perform(end, async (terminal, _args, options: DoctorOptions) =>
        (await import('./commands/doctor.ts')).doctor(options, terminal),
      ),
    );

  const schedules = withPlace(engine.command('schedules'))
    .description('list the schedules of a project, or fire one')
    .addHelpText(
      'after',
      examples(
        'engine schedules',
        'engine schedules trigger nightly',
        'engine schedules --server http://127.0.0.1:8000',
      ),
    );
  withPlace(schedules.command('list', { isDefault: true }))
    .description('list them, with the last and the next time of each')
    .action(
      perform(end, async (terminal, _args, options: SchedulesOptions) =>
        (await import('./commands/schedules.ts')).listSchedules(options, terminal),
      ),
    );
  withPlace(schedules.command('trigger'), where)
    .description('fire a schedule now, and wait for what it started')
    .argument('<name>', 'a schedule')
    .addOption(recordOption())
    .addOption(replayOption())
    .action(
      perform(end, async (terminal, [name], options: SchedulesOptions) =>
        (await import('./commands/schedules.ts')).triggerSchedule(name ?? '', options, terminal),
      ),
    );
}

const where = 'at this server; default: in the store of the project, when no server owns it';

/** The command that removes what is old. */
export function declarePrune(runs: Command, end: (exitCode: number) => void): void {
  runs
    .command('prune')
    .description('remove finished work that is not kept any longer, and give its room back to the disk')
    .option('--older-than <duration>', 'ended longer ago than this; default: "retention" of engine.yaml', age)
    .option('--dry-run', 'say what would go, and remove nothing')
    .addHelpText('after', examples('engine runs prune --dry-run', 'engine runs prune --older-than 7d'))
    .action(
      perform(end, async (terminal, _args, options: PruneRunsOptions) =>
        (await import('./commands/prune.ts')).pruneRuns(options, terminal),
      ),
    );
}

/** A reader of durations, in milliseconds. */
export function age(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Expected a duration such as 12h or 30d.');
  return ms;
}
