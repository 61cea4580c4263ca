import { Command, Option } from 'commander';
import type { ExplainOptions } from './commands/explain.ts';
import type { GraphOptions } from './commands/graph.ts';
import type { InitOptions } from './commands/init.ts';
import type { SchemaOptions } from './commands/schema.ts';
import type { ValidateOptions } from './commands/validate.ts';
import { addText, examples, integer, perform } from './declare.ts';
import { declareAdd } from './declare-add.ts';
import { declareAnswers, declareApprovals } from './declare-answers.ts';
import { declareChat } from './declare-chat.ts';
import { declareLogs } from './declare-logs.ts';
import { declareMcp } from './declare-mcp.ts';
import { declareModels } from './declare-models.ts';
import { declareRuns, declareWhy } from './declare-runs.ts';
import { declareSessions } from './declare-sessions.ts';
import { declareSubmissions } from './declare-submissions.ts';
import { declareTypes } from './declare-types.ts';
import { declareUpkeep } from './declare-upkeep.ts';
import { declareWork } from './declare-work.ts';
import { personAt } from './person.ts';
import { addTarget, formats } from './report/target.ts';
import { plainUsageError } from './usage-error.ts';
import { readVersion } from '../bind/read-version.ts';

/**
 * All commands with their options and help. Each command is imported when it is called.
 * @param end receives the exit code of the command that ran.
 */
export function declareCommands(end: (exitCode: number) => void): Command {
  const engine = new Command('engine')
    .description('Agents and workflows written as YAML and Markdown.')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('--color', 'colour the output')
    .option('--no-color', 'do not colour the output')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    .addHelpText(
      'after',
      examples(
        'engine init my-project',
        'engine validate',
        'engine run triage --text "My order 17 is late"',
        'engine run refund --input \'{"orderId": "17"}\'',
        'engine dev',
        'engine chat triage',
        'engine serve --port 8080',
        'engine runs',
      ) +
        '\nExit codes: 0 ok, 1 the work failed, 2 you must fix something, 3 internal, 4 left waiting, 130 interrupted.' +
        '\nResults go to stdout, the rest to stderr.\n',
    );

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

  declareModels(engine, end);

  declareAdd(engine, end);
  declareMcp(engine, end);

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

  declareWork(engine, end);
  declareChat(engine, end);
  declareLogs(engine, end);

  declareRuns(engine, end);

  declareWhy(engine, 'engine', end);

  declareApprovals(engine, end);

  declareAnswers(engine, 'engine', end);

  declareSubmissions(engine, end);

  declareSessions(engine, end);

  declareUpkeep(engine, end);

  declareTypes(engine, end);

  engine
    .command('lsp')
    .description('serve an editor: findings, completion, hover, definitions; see docs/editors.md')
    .option('--stdio', 'speak over stdin and stdout, the only way there is')
    .addOption(new Option('--clientProcessId <pid>', 'process of the editor').hideHelp())
    .addHelpText('after', examples('engine lsp --stdio'))
    .action(perform(end, async (terminal) => (await import('./commands/lsp.ts')).lsp(terminal)));

  tellFaultsOf(engine, 'engine');
  return engine;
}

/** Faults of a call name the help of the command that was called. */
function tellFaultsOf(command: Command, name: string): void {
  command.configureOutput({ outputError: (text, write) => write(plainUsageError(text, name)) });
  for (const sub of command.commands) tellFaultsOf(sub, `${name} ${sub.name()}`);
}
