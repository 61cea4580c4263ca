import { expect } from 'chai';
import { closeEngines, engineOf, failureOf } from './kit.ts';

const slow = `import { defineTool } from 'flue-engine';
export default defineTool({ run: () => new Promise(() => {}) });
`;

describe('defaults of steps', () => {
  afterEach(closeEngines);

  it('a tool step without a timeout of its own has that of the tool', async () => {
    const { engine } = await engineOf(
      {
        'src/tools/slow.yaml': 'description: Slow.\ntype: node\nmodule: ./slow.ts\ntimeout: 30ms\n',
        'src/tools/slow.ts': slow,
        'src/workflows/w.yaml': 'description: W.\nsteps:\n  - id: wait\n    tool: slow\n',
      },
      () => 'ok',
    );
    expect((await failureOf(engine.workflows.run('w'))).type).to.equal('timeout');
  });

  it('prompt steps have the model settings, the thinking and the model of the defaults', async () => {
    const { engine, models } = await engineOf(
      {
        'engine.yaml':
          'defaults: { model: openai/gpt-5, modelSettings: { temperature: 0.5 }, thinking: low }\n',
        'src/workflows/w.yaml': 'description: W.\nsteps:\n  - id: ask\n    prompt: Hello\n',
      },
      () => 'ok',
    );
    await engine.workflows.run('w');
    const [request] = models.requests;
    expect(request?.model.id).to.equal('gpt-5');
    expect(request?.settings).to.deep.equal({ temperature: 0.5 });
    expect(request?.thinking).to.equal('low');
  });
});
