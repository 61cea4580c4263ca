import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Mutant, MutantClass } from './mutants/mutate.ts';
import { mutantsIn, openSubject, tryMutant } from './mutants/run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const projects = ['examples/hello', 'examples/issue-triage', 'test/golden/ok/rich'];
/** Mutants tried of each class; `npm run bench:mutants` tries them all, of all projects. */
const sampleSize = 6;

describe('mistakes made on purpose', () => {
  for (const project of projects) {
    it(`are found in ${project}, of which nothing is said as it stands`, async function () {
      this.timeout(120_000);
      const subject = await openSubject(join(root, project));
      expect(subject.noise).to.deep.equal([]);
      const missed: string[] = [];
      for (const mutant of sample(mutantsIn(subject))) {
        const { found, excuse } = await tryMutant(subject, mutant);
        if (found === 'missed' && excuse === undefined)
          missed.push(`${mutant.class}: ${mutant.what}, ${mutant.file}:${mutant.line}`);
      }
      expect(missed).to.deep.equal([]);
    });
  }
});

/** A few of each class, evenly spread. */
function sample(mutants: readonly Mutant[]): Mutant[] {
  const classes = new Map<MutantClass, Mutant[]>();
  for (const mutant of mutants) classes.set(mutant.class, [...(classes.get(mutant.class) ?? []), mutant]);
  return [...classes.values()].flatMap((all) => {
    const stride = Math.max(1, all.length / sampleSize);
    return all.filter((_, index) => Math.floor(index / stride) !== Math.floor((index - 1) / stride));
  });
}
