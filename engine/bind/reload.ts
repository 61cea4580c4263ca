import type { Engine, EngineOptions } from '../api.ts';
import { bindProgram, type Bound } from './bind-program.ts';
import type { LivePorts } from './live-ports.ts';
import type { PortsOf } from './ports-of.ts';
import { createProjectCode, importCode, type ProjectCode } from './project-code.ts';
import { comparePrograms, settingsToRestart } from './compare-programs.ts';
import { refuse } from './compile-or-throw.ts';
import { unavailableParts } from '../compile.ts';
import { Problem } from '../core/problem.ts';
import type { Program } from '../program/program.ts';
import type { Versions } from '../runs/versions.ts';
import type { Schedules } from '../calls/schedules.ts';

/** The `reload` of an engine: one at a time, in the order they were asked for. */
export function createReload(
  options: EngineOptions,
  {
    live,
    portsOf,
    versions,
    schedules,
    learn,
    taken,
    begun,
    isClosing,
  }: {
    readonly live: LivePorts;
    readonly portsOf: PortsOf;
    readonly versions: Versions;
    readonly schedules: Schedules;
    /** Told the secrets that are to be hidden. */
    readonly learn: (secrets: readonly string[]) => void;
    /** Called when another Program is at work. */
    readonly taken: () => void;
    /** What the engine began with. */
    readonly begun: { readonly program: Program; readonly bound: Bound; readonly code: ProjectCode };
    readonly isClosing: () => boolean;
  },
): Engine['reload'] {
  const { program: first } = begun;
  let { code } = begun;
  let turn: Promise<unknown> = Promise.resolve();

  const reload: Engine['reload'] = async (given, { code: modules = 'import' } = {}) => {
    refuseWhenClosing();
    if (!isProgram(given))
      throw new Problem('invalid_request', 'reload needs a Program, such as "program" that compile gives');
    if (given.root !== first.root)
      throw new Problem('invalid_request', 'a Program of another project folder cannot be taken up');
    const before = live.ports.program;
    const program = within(first, given);
    const readOnly = options.readOnly === true;
    if (!readOnly) refuse(unavailableParts(program));
    const bound = await bindProgram(program, options, begun.bound);
    learn(bound.secrets.values());
    const specs = readOnly ? undefined : await versions.keep(program);
    const imported = modules === 'import' ? await newCode(program) : code;
    refuseWhenClosing();
    code = imported;
    live.use(portsOf(program, specs, bound, code));
    taken();
    await schedules.restart();
    return {
      hash: program.hash,
      ...comparePrograms(before, program),
      needsRestart: settingsToRestart(first, given),
    };
  };
  return (program, how) => {
    const done = turn.then(() => reload(program, how));
    turn = done.catch(() => undefined);
    return done;
  };

  function refuseWhenClosing(): void {
    if (isClosing()) throw new Problem('shutting_down', 'the engine is shutting down');
  }
}

/** The code of a Program as it stands in its files now. Throws Problem `invalid_project` for what cannot be imported. */
async function newCode(program: Program): Promise<ProjectCode> {
  const code = createProjectCode();
  try {
    await importCode(code, program);
  } catch (thrown) {
    const message = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
    throw new Problem('invalid_project', `code cannot be imported: ${message}`, { cause: thrown });
  }
  return code;
}

function isProgram(value: unknown): value is Program {
  return typeof value === 'object' && value !== null && 'root' in value && 'settings' in value;
}

/** A Program with the settings that an engine took in as it began: where its store is does not change under it. */
function within({ settings: begun }: Program, program: Program): Program {
  const { store, durable } = begun;
  return Object.freeze({ ...program, settings: Object.freeze({ ...program.settings, store, durable }) });
}
