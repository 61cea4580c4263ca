import type { Engine } from '../../api.ts';
import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Json } from '../../core/json.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Address } from '../../server/index.ts';
import { announce } from '../announce.ts';
import { codeFrames } from '../report/codeframe.ts';
import { printProblem } from '../report/failure.ts';
import { sampleOf } from '../report/sample-of.ts';
import { count } from '../report/summary.ts';
import { fromData } from '../../core/problem.ts';
import type { Terminal } from '../terminal.ts';
import type { Changes } from '../watch-folder.ts';
import { namesOf } from '../watch-project.ts';
import { statusPath } from './dev-routes.ts';
import type { DevState } from './dev-state.ts';
import { isCode, type Look } from './look.ts';

/** What was looked at, and how it is told. */
export interface Said {
  readonly options: { readonly json?: boolean };
  readonly terminal: Terminal;
  readonly folder: string;
  readonly changes: Changes | undefined;
  readonly look: Look;
}

/** The first screen: what is served, a line to try, and findings that keep nothing from being served. */
export async function showServed(
  engine: Engine,
  address: Address,
  findings: readonly Diagnostic[],
  said: Said,
): Promise<void> {
  const { terminal, options } = said;
  await showFindings(findings, said);
  announce(engine, address, options, terminal);
  const { err } = terminal;
  const [agent] = Object.keys(engine.program.agents);
  const [workflow] = Object.keys(engine.program.workflows);
  const lines = [
    `  state of the project at ${address.url}${statusPath}`,
    ...(agent === undefined
      ? workflow === undefined
        ? ['  "engine init" writes a project to begin with']
        : [
            `  try: curl -X POST '${address.url}/workflows/${workflow}?wait=result' -H 'content-type: application/json' -d ${quoted(sampleOf(engine.program.workflows[workflow]?.inputSchema))}`,
          ]
      : [
          `  try: curl -X POST ${address.url}/agents/${agent}/me -H 'content-type: application/json' -d '{"message": "Hello"}'`,
          `       engine chat ${agent} --server ${address.url}`,
        ]),
    '  edits go live as they are saved; Ctrl-C ends',
  ];
  for (const line of lines) err.line(err.colors.dim(line));
}

/** What an edit changed, and how long it took. */
export async function showReload(
  state: DevState,
  findings: readonly Diagnostic[],
  said: Said,
): Promise<void> {
  const { terminal, options, changes, look } = said;
  const { lastReload, needsRestart } = state;
  if (lastReload === undefined) return;
  await showFindings(findings, said);
  const { green, dim } = terminal.err.colors;
  const { added, changed, removed, ms } = lastReload;
  const parts = [
    ...added.map((name) => `+ ${name}`),
    ...changed.map((name) => `~ ${name}`),
    ...removed.map((name) => `- ${name}`),
  ];
  const files = changes?.files ?? [];
  // Editors write files of their own beside the one that is saved.
  const own = files.filter((file) => look.texts.has(file) || isCode.test(file));
  const what = parts.length === 0 ? namesOf(own.length === 0 ? files : own) : parts.slice(0, 6).join(', ');
  const more = parts.length > 6 ? ` and ${count(parts.length - 6, 'other')}` : '';
  terminal.err.line(`${green('live')} in ${formatDuration(ms)}: ${what}${more} ${dim(clock())}`);
  if (options.json === true)
    terminal.out.line(JSON.stringify({ type: 'reload', reload: lastReload, needsRestart }));
}

/**
 * What counts at the next start only, and did not before.
 * @param known what was told already.
 * @param how.isTold whether a line of JSON has it already.
 */
export function showRestart(
  { needsRestart }: DevState,
  known: readonly string[],
  { options, terminal, isTold }: Pick<Said, 'options' | 'terminal'> & { readonly isTold: boolean },
): void {
  const { err, out } = terminal;
  for (const name of needsRestart.filter((one) => !known.includes(one)))
    err.line(
      `${err.colors.yellow('warning')}: "${name}" differs, and counts when "engine dev" is started again`,
    );
  const isSame = needsRestart.join() === known.join();
  if (options.json === true && !isSame && !isTold)
    out.line(JSON.stringify({ type: 'restart', needsRestart }));
}

/** What keeps the project as it stands from being served. */
export async function showTrouble(state: DevState, said: Said): Promise<void> {
  const { terminal, options, look } = said;
  const { err, out } = terminal;
  await showFindings(look.diagnostics, said);
  if (state.problem !== undefined) printProblem(fromData(state.problem), terminal);
  if (state.problem?.type === 'missing_secret')
    err.line(
      'hint: variables of the environment are read at the start: set it, or name a file with --env-from, and start again',
    );
  const errors = look.diagnostics.filter(({ level }) => level === 'error').length;
  const what = errors === 0 ? 'this cannot be served' : count(errors, 'error');
  const rest = state.since === undefined ? '' : '; the version before goes on';
  err.line(`${err.colors.red(what)}${rest} ${err.colors.dim(clock())}`);
  if (options.json === true)
    out.line(JSON.stringify({ type: 'findings', findings: state.findings, problem: state.problem ?? null }));
}

async function showFindings(
  findings: readonly Diagnostic[],
  { terminal: { err }, folder, look }: Said,
): Promise<void> {
  if (findings.length === 0) return;
  err.line(await codeFrames(findings, { project: folder, colors: err.colors, texts: look.texts }));
}

/** JSON as a word of a shell. */
function quoted(value: Json): string {
  return `'${JSON.stringify(value).replaceAll("'", `'\\''`)}'`;
}

/** The time of day, to tell the lines of a long session apart. */
function clock(): string {
  return new Date().toLocaleTimeString('en-GB');
}
