import { Option, type Command } from 'commander';
import type { ExplainOptions } from './commands/explain.ts';
import type { GraphOptions } from './commands/graph.ts';
import type { InitOptions } from './commands/init.ts';
import type { SchemaOptions } from './commands/schema.ts';
import type { ValidateOptions } from './commands/validate.ts';
import { addText, examples, integer, perform } from './declare.ts';
import { personAt } from './person.ts';
import { addTarget, formats } from './report/target.ts';

/** The commands with which a project is begun and checked. */
export function declareProject(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('init')
    .description('write a new project from a template; asks on a terminal')
    .argument('[folder]', 'folder of the project; default: asked for, else this one')
    .option('-t, --template <name>', 'what to start with; "--list" shows what there is')
    .option('--name <name>', 'name of the project; default: the name of its folder')
    .option('--set <question=answer>', 'answer to a question of the template; may be repeated', addText)
    .option('-y, --yes', 'ask nothing, take the defaults')
    .option('--list', 'list the templates')
    .option('--dry-run', 'show what would be written')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'engine init my-project',
        'engine init my-project --template workflow --yes',
        'engine init my-project --template chat --set model=openai/gpt-5.5',
      ),
    )
    .action(
      perform(end, async (terminal, [folder], options: InitOptions) =>
        (await import('./commands/init.ts')).init(folder, options, terminal, personAt(terminal)),
      ),
    );

  engine
    .command('validate')
    .description('check the files of a project and print what is wrong with them')
    .argument('[project]', 'project folder', '.')
    .option(
      '--format <format[=file]>',
      `how findings are written: ${formats.join(', ')}; to stdout or a file; may be repeated (default: codeframe)`,
      addTarget,
    )
    .addOption(
      new Option('--fail-on <level>', 'the least level that makes the check fail')
        .choices(['error', 'warning', 'info'])
        .default('error'),
    )
    .option(
      '--max-problems <count>',
      'write at most this many findings, the worst ones',
      integer(1, 1_000_000),
    )
    .option('--json', 'print JSON, the same as --format json')
    .option('--fix', 'change the files where it is clear what was meant, then report what is left')
    .option('--dry-run', 'with --fix: print the changes as a diff and make none')
    .option('--watch', 'check again after every change, until Ctrl-C')
    .option(
      '--baseline [file]',
      'do not count the findings of this file (default: .engine/baseline.json of the project)',
    )
    .option('--write-baseline [file]', 'write the findings of now into that file')
    .option('--against-runs', 'say what the files as they are mean for each unfinished run')
    .option('--load-code', 'also import the code of tools, agents and workflows, which runs it, and check it')
    .addHelpText(
      'after',
      examples(
        'engine validate',
        'engine validate --fix',
        'engine validate --watch',
        'engine validate ./my-project --format github --fail-on warning',
        'engine validate --format stylish --format sarif=findings.sarif',
      ),
    )
    .action(
      perform(end, async (terminal, [project], options: ValidateOptions & { againstRuns?: boolean }) =>
        options.againstRuns === true
          ? (await import('./commands/against-runs.ts')).validateAgainstRuns(
              project ?? '.',
              options,
              terminal,
            )
          : (await import('./commands/validate.ts')).validate(project ?? '.', options, terminal),
      ),
    );

  engine
    .command('explain')
    .description('say why a rule of validate is there, with a bad and a good sample and the fix')
    .argument('[rule]', 'a rule such as "ref/unknown-agent", or a family such as "ref"; default: list all')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('engine explain', 'engine explain ref/unknown-agent'))
    .action(
      perform(end, async (terminal, [rule], options: ExplainOptions) =>
        (await import('./commands/explain.ts')).explain(rule, options, terminal),
      ),
    );

  engine
    .command('schema')
    .description('print the JSON Schema of a kind of spec, for editors')
    .argument('[kind]', 'a kind such as "agent"; default: list all')
    .option('--all', 'the schemas of all kinds, with --output')
    .option('-o, --output <folder>', 'write <kind>.schema.json into this folder')
    .option('--json', 'list the kinds, or the files written, as JSON')
    .addHelpText(
      'after',
      examples('engine schema', 'engine schema workflow', 'engine schema --all --output .engine/editor'),
    )
    .action(
      perform(end, async (terminal, [kind], options: SchemaOptions) =>
        (await import('./commands/schema.ts')).schema(kind, options, terminal),
      ),
    );
}

/** The command that draws. */
export function declareGraph(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('graph')
    .description('draw a workflow')
    .argument('[workflow]', 'a workflow; default: the only one')
    .addOption(
      new Option('--format <format>', 'how it is drawn')
        .choices(['mermaid', 'dot', 'json', 'svg'])
        .default('mermaid'),
    )
    .option('-o, --output <file>', 'write to this file instead of stdout')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON, the same as --format json')
    .addHelpText('after', examples('engine graph', 'engine graph triage --format svg --output triage.svg'))
    .action(
      perform(end, async (terminal, [workflow], options: GraphOptions) =>
        (await import('./commands/graph.ts')).graph(workflow, options, terminal),
      ),
    );
}

/** The command that editors start. */
export function declareEditor(engine: Command, end: (exitCode: number) => void): void {
  engine
    .command('lsp')
    .description('serve an editor: findings, completion, hover, definitions; see docs/editors.md')
    .option('--stdio', 'speak over stdin and stdout, the only way there is')
    .addOption(new Option('--clientProcessId <pid>', 'process of the editor').hideHelp())
    .addHelpText('after', examples('engine lsp --stdio'))
    .action(perform(end, async (terminal) => (await import('./commands/lsp.ts')).lsp(terminal)));
}
