import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { analyze } from '../../../engine/compile.ts';
import type { Diagnostic } from '../../../engine/core/diagnostic.ts';
import { temporaryFolder } from '../../fakes/project.ts';
import { excuseOf } from './excuses.ts';
import { mutantsOf, type Mutant, type SpecFile } from './mutate.ts';

/** A project that mutants are made of, copied so that it can be spoilt. */
export interface Subject {
  readonly project: string;
  readonly folder: string;
  readonly files: readonly SpecFile[];
  readonly expressions: Awaited<ReturnType<typeof analyze>>['facts']['expressions'];
  /** What is said about the project as it stands. */
  readonly noise: readonly Diagnostic[];
}

/** What became of a mutant: reported in its line, reported elsewhere, or missed. */
export interface Result {
  readonly project: string;
  readonly mutant: Mutant;
  readonly found: 'same line' | 'elsewhere' | 'missed';
  /** Of a missed one: why nobody could have told; undefined when somebody could. */
  readonly excuse: string | undefined;
}

/** Copies a project and looks at it as it stands. */
export async function openSubject(project: string): Promise<Subject> {
  const folder = join(temporaryFolder(), basename(project));
  cpSync(project, folder, { recursive: true, filter: (path) => !/[/\\](?:\.engine[/\\]data|\.git|node_modules)(?:$|[/\\])/.test(path) });
  const { diagnostics, facts, sources } = await analyze(folder);
  const specs = sources.map(({ file, kind, text }) => ({ file, kind, text }));
  return {
    project,
    folder,
    files: [...specs, ...partialsIn(folder)],
    expressions: facts.expressions,
    noise: diagnostics,
  };
}

/** Every mutant of a project. */
export function mutantsIn(subject: Subject): Mutant[] {
  return mutantsOf(subject.files);
}

/** Puts a mutant in place, looks, and takes it out again. */
export async function tryMutant({ project, folder, files, expressions }: Subject, mutant: Mutant): Promise<Result> {
  const path = join(folder, mutant.file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, mutant.text);
  const { diagnostics } = await analyze(folder);
  writeFileSync(path, text);
  const isThere = diagnostics.some(
    ({ file, range }) => file === mutant.file && range?.start.line === mutant.line,
  );
  if (diagnostics.length > 0)
    return { project, mutant, found: isThere ? 'same line' : 'elsewhere', excuse: undefined };
  return { project, mutant, found: 'missed', excuse: excuseOf(mutant, { files, expressions }) };
}

function partialsIn(folder: string): SpecFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)partials\/.*\.hbs$/.test(file) && statSync(join(folder, file)).isFile())
    .map((file) => ({ file, kind: 'partial', text: readFileSync(join(folder, file), 'utf8') }));
}
