import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { compile } from '../../engine/compile.ts';
import { temporaryFolder } from '../fakes/project.ts';
import { misspell, targetsIn, type Target, type WordClass } from './mutants.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const projects = ['examples/hello', 'examples/issue-triage', 'test/golden/ok/rich'];

/** `MUTANTS=all` tries every word in place of a sample of each class, and prints those that nobody noticed. */
const tryAll = process.env['MUTANTS'] === 'all';
const sampleSize = 22;

/**
 * Least share of misspelt words, in percent, that must be reported. What is below 99: a field or argument is known only when
 * a schema outside code tells it; a name that is changed where it is given is missed only where it is used.
 */
const least: Readonly<Record<WordClass, number>> = {
  key: 99,
  'schema keyword': 99,
  'schema property': 95,
  'enum value': 99,
  'failure code': 99,
  reference: 99,
  'step id': 99,
  name: 99,
  'built-in field': 99,
  'input field': 99,
  function: 99,
  'item field': 95,
  'output field': 90,
  argument: 72,
  declaration: 55,
};

interface Mutant extends Target {
  readonly project: string;
  readonly file: string;
  readonly typo: string;
}

interface Tally {
  sameLine: number;
  elsewhere: number;
  readonly missed: Mutant[];
}

describe('misspelt words', () => {
  const folders = new Map(
    projects.map((project) => {
      const folder = temporaryFolder();
      cpSync(join(root, project), folder, { recursive: true, filter: (path) => !path.endsWith('.engine') });
      return [project, folder] as const;
    }),
  );

  for (const project of projects) {
    it(`there is no finding in ${project} as it stands`, async () => {
      const { diagnostics } = await compile(folders.get(project) ?? '');
      expect(diagnostics.map(({ file, range, message }) => `${file}:${range?.start.line} ${message}`)).to.eql(
        [],
      );
    });
  }

  it('a misspelt word is reported', async function () {
    this.timeout(120_000);
    const tallies = new Map<WordClass, Tally>();
    for (const mutant of sample([...folders].flatMap(([project, folder]) => mutantsOf(project, folder)))) {
      const tally = tallies.get(mutant.class) ?? { sameLine: 0, elsewhere: 0, missed: [] };
      tallies.set(mutant.class, tally);
      const found = await findingOn(folders.get(mutant.project) ?? '', mutant);
      if (found === 'missed') tally.missed.push(mutant);
      else tally[found] += 1;
    }
    print(tallies);
    for (const [name, tally] of tallies) expect(recallOf(tally), name).to.be.at.least(least[name]);
  });
});

function mutantsOf(project: string, folder: string): Mutant[] {
  return specFiles(folder).flatMap((file) =>
    targetsIn(join(folder, file)).map((target, turn) => ({
      ...target,
      project,
      file,
      typo: misspell(target.word, turn),
    })),
  );
}

/** At most so many of each class, evenly spread. */
function sample(mutants: readonly Mutant[]): readonly Mutant[] {
  if (tryAll) return mutants;
  const classes = new Map<WordClass, Mutant[]>();
  for (const mutant of mutants) classes.set(mutant.class, [...(classes.get(mutant.class) ?? []), mutant]);
  return [...classes.values()].flatMap((all) => {
    const stride = Math.max(1, all.length / sampleSize);
    return Array.from(
      { length: Math.min(all.length, sampleSize) },
      (_, index) => all[Math.floor(index * stride)],
    );
  }) as Mutant[];
}

async function findingOn(
  folder: string,
  { file, word, start, typo }: Mutant,
): Promise<'sameLine' | 'elsewhere' | 'missed'> {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.slice(0, start) + typo + text.slice(start + word.length));
  const { diagnostics } = await compile(folder);
  writeFileSync(path, text);
  const line = text.slice(0, start).split('\n').length;
  if (diagnostics.length === 0) return 'missed';
  return diagnostics.some((one) => one.file === file && one.range?.start.line === line)
    ? 'sameLine'
    : 'elsewhere';
}

function specFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) =>
        /\.(yaml|md)$/.test(file) && !/references|issues\/|papers\/|README|AGENTS|^schemas/.test(file),
    )
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => relative(folder, join(folder, file)))
    .sort();
}

function recallOf({ sameLine, elsewhere, missed }: Tally): number {
  return (100 * (sameLine + elsewhere)) / (sameLine + elsewhere + missed.length);
}

function print(tallies: ReadonlyMap<WordClass, Tally>): void {
  for (const [name, tally] of [...tallies].sort()) {
    const { sameLine, elsewhere, missed } = tally;
    const total = sameLine + elsewhere + missed.length;
    const recall = recallOf(tally).toFixed(1);
    console.log(
      `      ${name.padEnd(16)} ${String(total).padStart(4)} mutants, same line ${sameLine}, elsewhere ${elsewhere}, missed ${missed.length}: ${recall} %`,
    );
    if (!tryAll) continue;
    for (const { project, file, word, typo, start } of missed)
      console.log(`        ${join(project, file)}@${start} ${word} → ${typo}`);
  }
}
