import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutantsIn, openSubject, tryMutant, type Result } from '../test/conformance/mutants/run.ts';

/*
 * How many mistakes `engine validate` finds. Every project of examples/ and test/golden/ok, or those given, is spoilt in one place
 * at a time: two letters of a word swapped, a required key deleted, a reference broken, a step dropped. Prints what was found by
 * class, every miss with its reason, and ends with 1 when less than 98 % of what can be known is found, or when anything is said
 * about a project as it stands.
 * `npx tsx bench/mutants.ts [--sample=n] [folder…]`: with a sample, at most n mutants of each class and project.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const leastRecall = 98;

const options = process.argv.slice(2);
const sample = Number(options.find((one) => one.startsWith('--sample='))?.slice('--sample='.length) ?? 0);
const given = options.filter((one) => !one.startsWith('--')).map((folder) => resolve(folder));
const projects = given.length > 0 ? given : shippedProjects();

const results: Result[] = [];
let noise = 0;
for (const project of projects) {
  const started = performance.now();
  const subject = await openSubject(project);
  noise += subject.noise.length;
  for (const { file, range, rule, message } of subject.noise)
    console.log(`NOISE ${relative(root, project)}/${file}:${range?.start.line ?? 1} ${rule} ${message}`);
  if (subject.noise.length > 0) continue;
  const mutants = sampleOf(mutantsIn(subject));
  for (const mutant of mutants) results.push(await tryMutant(subject, mutant));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${relative(root, project)}: ${mutants.length} mutants in ${seconds} s`);
}
printTable();
printMisses();
const recall = recallOf(results);
console.log(
  `\nrecall ${recall.toFixed(2)} % of ${countable(results).length} that can be known, noise ${noise}`,
);
process.exitCode = recall < leastRecall || noise > 0 || results.length === 0 ? 1 : 0;

function shippedProjects(): string[] {
  return ['examples', 'test/golden/ok'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => join(root, folder, name))
      .filter((path) => statSync(path).isDirectory() && existsSync(path)),
  );
}

/** At most so many of each class, evenly spread. */
function sampleOf<T extends { readonly class: string }>(mutants: readonly T[]): readonly T[] {
  if (sample === 0) return mutants;
  return [...grouped(mutants, (one) => one.class).values()].flatMap((all) => {
    const stride = Math.max(1, all.length / sample);
    return all.filter((_, index) => Math.floor(index / stride) !== Math.floor((index - 1) / stride));
  });
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

/** Those that somebody who reads the files could find. */
function countable(all: readonly Result[]): readonly Result[] {
  return all.filter(({ excuse }) => excuse === undefined);
}

function recallOf(all: readonly Result[]): number {
  const known = countable(all);
  if (known.length === 0) return 100;
  return (100 * known.filter(({ found }) => found !== 'missed').length) / known.length;
}

function printTable(): void {
  const row = (cells: readonly (string | number)[]): void =>
    console.log(
      cells
        .map((cell, index) => (index === 0 ? String(cell).padEnd(28) : String(cell).padStart(10)))
        .join(''),
    );
  console.log('');
  row(['class', 'mutants', 'same line', 'elsewhere', 'excused', 'missed', 'recall']);
  const classes = [...grouped(results, ({ mutant }) => mutant.class as string)].sort();
  for (const [name, all] of [...classes, ['all', results] as const]) {
    const count = (is: (result: Result) => boolean): number => all.filter(is).length;
    row([
      name,
      all.length,
      count(({ found }) => found === 'same line'),
      count(({ found }) => found === 'elsewhere'),
      count(({ excuse }) => excuse !== undefined),
      count(({ found, excuse }) => found === 'missed' && excuse === undefined),
      `${recallOf(all).toFixed(1)} %`,
    ]);
  }
}

function printMisses(): void {
  const misses = results.filter(({ found }) => found === 'missed');
  console.log(`\n${misses.length} not found:`);
  for (const { project, mutant, excuse } of misses) {
    const place = `${relative(root, project)}/${mutant.file}:${mutant.line}`;
    console.log(`  ${excuse ?? 'REAL MISS'}: ${mutant.class}, ${mutant.what} (${place})`);
  }
}
