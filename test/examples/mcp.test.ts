import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { compile } from '../../engine/compile.ts';
import { createEngine } from '../../engine/engine.ts';

const project = fileURLToPath(new URL('../../examples/mcp', import.meta.url));

describe('the example mcp', () => {
  it('has no findings, answers with what its server says, and orders what is short', async () => {
    expect((await compile(project)).diagnostics).to.deep.equal([]);
    const engine = await createEngine({ project, store: 'memory' });
    try {
      const reply = await engine.agents.session('clerk', 'one').prompt('How many lamps are left?');
      expect(reply.text).to.equal('There are 12 of lamp left.');
      expect((await engine.workflows.run('restock', { item: 'chair' })).output).to.deep.equal({
        left: 0,
        ordered: '5 of chair are on their way',
      });
      expect((await engine.workflows.run('restock', { item: 'lamp' })).output).to.deep.equal({
        left: 12,
        ordered: null,
      });
    } finally {
      await engine.close();
    }
  });
});
