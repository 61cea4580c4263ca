import { expect } from 'chai';
import picocolors from 'picocolors';
import { codeFrames } from '../../engine/cli/report/codeframe.ts';
import { compile } from '../../engine/compile.ts';
import { projectOf } from '../fakes/project.ts';

describe('cli: code frames', () => {
  it('show dots in place of a key, also where another finding stands beside it', async () => {
    const key = 'AKIAQ7Z2MWTX5B9KPL3R';
    const folder = projectOf({ 'src/agents/helper.yaml': `description: ${key}\nmodell: openai/gpt-5.5\n` });
    const { diagnostics } = await compile(folder);
    const text = await codeFrames(diagnostics, { project: folder, colors: picocolors.createColors(false) });
    expect(text).to.contain('security/plaintext-secret').and.to.contain('schema/unknown-key');
    expect(text).to.contain(`description: ${'•'.repeat(key.length)}`);
    expect(text).not.to.contain(key);
  });
});
