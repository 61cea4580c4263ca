import type { Command } from 'commander';
import type { NewSkillOptions } from './commands/skill-new.ts';
import { examples, perform } from './declare.ts';

/** The command `skill new`. */
export function declareSkill(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('skill')
    .description('make a skill')
    .command('new')
    .description('write the SKILL.md of a new skill into .agents/skills; overwrites nothing')
    .argument('<name>', 'name of the skill and of its folder')
    .option('--description <text>', 'what the skill does, and when to use it; the model chooses by it')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'engine skill new returns',
        'engine skill new returns --description "How goods are taken back. Use it when a customer returns something."',
      ),
    )
    .action(
      perform(end, async (terminal, [name = ''], options: NewSkillOptions) =>
        (await import('./commands/skill-new.ts')).newSkill(name, options, terminal),
      ),
    );
}
