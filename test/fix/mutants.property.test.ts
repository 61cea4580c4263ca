import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { createCompiler, type Compiler, type Overlay } from '../../engine/compiler.ts';
import { fixProject } from '../../engine/fix/index.ts';
import { mutantsOf, type Mutant } from '../conformance/mutants/mutate.ts';

const golden = fileURLToPath(new URL('../golden/ok', import.meta.url));
/** Mutants of a project that are tried; all of them with MUTANTS=all. */
const most = process.env['MUTANTS'] === 'all' ? Infinity : 60;

describe('fixing a slip of the pen', function () {
  this.timeout(600_000);

  for (const name of ['refund', 'rich']) {
    it(`gives back what stood there in nearly all cases (${name})`, async () => {
      const compiler = createCompiler(`${golden}/${name}`);
      const { sources, diagnostics } = await compiler.analyze();
      const before = diagnostics.length;
      const specs = sources.map(({ file, kind, text }) => ({ file, kind, text }));
      const slips = mutantsOf(specs).filter((mutant) => mutant.class.startsWith('swap: '));
      const counts = { fixable: 0, same: 0, clean: 0, other: [] as string[] };
      for (const mutant of spread(slips)) {
        const texts = new Map([[mutant.file, mutant.text]]);
        const { changes, analysis } = await fixProject(withTexts(compiler, texts));
        if (changes.length === 0) continue;
        counts.fixable += 1;
        const original = specs.find(({ file }) => file === mutant.file)?.text;
        const [change] = changes;
        const isBack = changes.length === 1 && change?.after === original && change?.file === mutant.file;
        if (isBack) counts.same += 1;
        else if (analysis.diagnostics.length <= before) counts.clean += 1;
        else counts.other.push(`${mutant.file}:${mutant.line} ${mutant.what}`);
      }
      const { fixable, same, clean, other } = counts;
      const share = (number: number): string => `${((100 * number) / fixable).toFixed(1)} %`;
      console.log(
        `      ${fixable} of ${spread(slips).length} slips fixed: ${share(same)} as it was, ${share(clean)} clean in another way, ${share(other.length)} neither`,
      );
      expect(fixable).to.be.greaterThan(10);
      expect((same + clean) / fixable, other.join('\n')).to.be.at.least(0.9);
    });
  }
});

/** A compiler that sees these texts in place of the files, unless it is given others. */
function withTexts({ folder, analyze }: Compiler, texts: Overlay): Compiler {
  return { folder, analyze: (overlay = new Map()) => analyze(new Map([...texts, ...overlay])) };
}

function spread(mutants: readonly Mutant[]): readonly Mutant[] {
  const stride = Math.max(1, mutants.length / most);
  return mutants.filter((_, index) => Math.floor(index / stride) !== Math.floor((index - 1) / stride));
}
