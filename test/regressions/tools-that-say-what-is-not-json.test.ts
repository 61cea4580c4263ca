import { expect } from 'chai';
import type { Json } from '../../engine/core/json.ts';
import { all, closeEngines, engineOf, failureOf } from '../engine/kit.ts';

const tool = (body: string): string =>
  `import { defineTool, Problem } from 'flue-engine';
   export default defineTool({ description: 'T.', inputSchema: { type: 'object' }, run(input, ctx) { ${body} } });`;

const cycle = 'const cycle: any = { big: 1n }; cycle.self = cycle;';

const files = {
  'src/agents/a.yaml': { description: 'A.', model: 'openai/x', tools: ['logs', 'refuses', 'deep'] },
  'src/tools/logs.ts': tool(
    `${cycle} ctx.log('big', { n: 1n } as any); ctx.log('cycle', cycle); ctx.log('list', [1] as any); return 'done';`,
  ),
  'src/tools/refuses.ts': tool(`${cycle} throw new Problem('no_luck', 'no luck', { details: cycle });`),
  'src/tools/deep.ts': tool('let v: any = 1; for (let i = 0; i < 300; i += 1) v = [v]; return v;'),
  'src/workflows/logs.yaml': { steps: [{ id: 't', tool: 'logs' }], output: '${{ steps.t.output }}' },
  'src/workflows/refuses.yaml': { steps: [{ id: 't', tool: 'refuses' }] },
  'src/workflows/deep.yaml': { steps: [{ id: 't', tool: 'deep' }] },
};

describe('regressions: tools that say what is not JSON', () => {
  afterEach(closeEngines);

  for (const secret of [undefined, 'a-secret-value']) {
    describe(secret === undefined ? 'without secrets' : 'with secrets', () => {
      const options = { env: secret === undefined ? {} : { TOKEN: secret } };
      const project = { ...files, 'engine.yaml': { secrets: { TOKEN: {} } } };

      it('log what can be logged, and their runs come to an end', async () => {
        const { engine } = await engineOf(project, () => 'ok', options);
        const { runId, output } = await engine.workflows.run('logs');
        expect(output).to.equal('done');
        const fields = (await all(engine.runs.subscribe(runId)))
          .filter(({ type }) => type === 'log')
          .map(({ data }) => (data as { fields?: Json }).fields);
        expect(fields[0]).to.deep.equal({ unreadable: 'Do not know how to serialize a BigInt' });
        expect(fields[1]).to.have.property('unreadable');
        expect(fields[2]).to.deep.equal({ value: [1] });
      });

      it('fail with their own code, without the details', async () => {
        const { engine } = await engineOf(project, () => 'ok', options);
        expect(await failureOf(engine.workflows.run('refuses'))).to.deep.equal({
          type: 'no_luck',
          message: 'no luck',
        });
        expect(await failureOf(engine.workflows.run('deep'))).to.deep.equal({
          type: 'tool_failed',
          message: 'tool "deep" gave a value that is not JSON: it is nested deeper than 200 levels',
        });
      });

      it('do not break the prompt they are called in', async () => {
        const { engine } = await engineOf(
          project,
          (_request, turn) =>
            turn === 1 ? { calls: ['logs', 'refuses', 'deep'].map((name) => ({ tool: name })) } : 'ok',
          options,
        );
        const session = engine.agents.session('a', 'x');
        expect((await session.prompt('Go')).text).to.equal('ok');
      });
    });
  }
});
