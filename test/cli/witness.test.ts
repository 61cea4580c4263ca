import { expect } from 'chai';
import picocolors from 'picocolors';
import { compile } from '../../engine/compile.ts';
import { codeFrames } from '../../engine/cli/report/codeframe.ts';
import { projectOf } from '../fakes/project.ts';

describe('cli: the way on which a fault shows', () => {
  it('stands below the lines of the file, broken where it is long', async () => {
    const folder = projectOf({
      'src/workflows/pay.yaml': `inputSchema: { type: object, required: [big], properties: { big: { type: boolean } } }
steps:
  - { id: read_the_long_list_of_orders, log: one }
  - { id: pay, if: input.big, set: { id: P-1 } }
  - { id: write_the_answer_to_everybody, log: two }
  - { id: tell_the_people_who_asked_for_it, log: three }
output: { id: '\${{ steps.pay.output.id }}' }
`,
    });
    const { diagnostics } = await compile(folder);
    const text = await codeFrames(diagnostics, { project: folder, colors: picocolors.createColors(false) });
    expect(text.split('\n').slice(-4, -1)).to.deep.equal([
      '  way: read_the_long_list_of_orders → pay skipped: input.big is false → write_the_answer_to_everybody →',
      '       tell_the_people_who_asked_for_it → output',
      `  see: ${folder}/src/workflows/pay.yaml:4:20: step "pay" runs only where this holds`,
    ]);
  });
});
