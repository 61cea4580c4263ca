import { Command } from 'commander';
import { examples } from './declare.ts';
import { declareAdd } from './declare-add.ts';
import { declareAnswers, declareApprovals } from './declare-answers.ts';
import { declareChat } from './declare-chat.ts';
import { declareLogs } from './declare-logs.ts';
import { declareMcp } from './declare-mcp.ts';
import { declareModels } from './declare-models.ts';
import { declareEditor, declareGraph, declareProject } from './declare-project.ts';
import { declareRuns, declareWhy } from './declare-runs.ts';
import { declareSessions } from './declare-sessions.ts';
import { declareSkill } from './declare-skill.ts';
import { declareCallbacks } from './declare-callbacks.ts';
import { declareSubmissions } from './declare-submissions.ts';
import { declareTypes } from './declare-types.ts';
import { declareUpkeep } from './declare-upkeep.ts';
import { declareWork } from './declare-work.ts';
import { plainUsageError, unknownWord } from './usage-error.ts';
import { readVersion } from '../bind/read-version.ts';

/**
 * All commands with their options and help. Each command is imported when it is called.
 * @param end receives the exit code of the command that ran.
 * @param called first word of the call: when it is the name of a command, only that one and its family are declared.
 */
export function declareCommands(end: (exitCode: number) => void, called?: string): Command {
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

  for (const declare of needed(called)) declare(engine, end);
  tellFaultsOf(engine, 'engine');
  return engine;
}

/** To declare all commands takes as long as to check a small project. */
function needed(called: string | undefined): readonly Declare[] {
  if (called === '-V' || called === '--version') return [];
  const family = families.find(([names]) => names.some((name) => name === called));
  return (family === undefined ? families : [family]).map(([, declare]) => declare);
}

/** Faults of a call name the help of the command that was called. */
function tellFaultsOf(command: Command, name: string): void {
  command.configureOutput({
    outputError: (text, write) => write(plainUsageError(unknownWord(command, text) ?? text, name)),
  });
  for (const sub of command.commands) tellFaultsOf(sub, `${name} ${sub.name()}`);
}

type Declare = (engine: Command, end: (exitCode: number) => void) => void;

/** The names of commands and what declares them, in the order of the help. */
const families: readonly (readonly [names: readonly string[], declare: Declare])[] = [
  [['init', 'validate', 'explain', 'schema'], declareProject],
  [['models', 'usage'], declareModels],
  [['add'], declareAdd],
  [['skill'], declareSkill],
  [['mcp'], declareMcp],
  [['graph'], declareGraph],
  [['run', 'serve', 'token', 'dev'], declareWork],
  [['chat'], declareChat],
  [['logs'], declareLogs],
  [['runs'], declareRuns],
  [['why'], (engine, end) => declareWhy(engine, 'engine', end)],
  [['approvals'], declareApprovals],
  [['approve', 'reject', 'answer', 'signal'], (engine, end) => declareAnswers(engine, 'engine', end)],
  [['dispatch', 'submissions', 'routes'], declareSubmissions],
  [['sessions'], declareSessions],
  [['callbacks'], declareCallbacks],
  [['doctor', 'schedules'], declareUpkeep],
  [['types'], declareTypes],
  [['lsp'], declareEditor],
];
