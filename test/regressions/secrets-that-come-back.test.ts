import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createEngine } from '../../engine/engine.ts';
import { Problem } from '../../engine/core/problem.ts';
import { closeEngines, engineOf } from '../engine/kit.ts';
import { errorReply, startFakeServer } from '../fakes/openai-server.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';

const secret = 'topsecret-value-42';

describe('regressions: secrets that come back', () => {
  afterEach(closeEngines);

  it('in what users, models and runs say are neither stored nor answered', async () => {
    const path = join(temporaryFolder(), 'engine.sqlite');
    const { engine, models } = await engineOf(
      {
        'engine.yaml': { secrets: { TOKEN: {} } },
        'src/agents/a.yaml': { description: 'A.', model: 'openai/x', tools: ['echo', 'task'] },
        'src/agents/typed.yaml': {
          description: 'T.',
          model: 'openai/x',
          inputSchema: { type: 'object' },
          outputSchema: { type: 'object' },
        },
        'src/tools/echo.ts':
          "export default { description: 'E.', inputSchema: { type: 'object' }, run: (input) => input };",
        'src/workflows/w.yaml': {
          steps: [{ id: 'a', agent: 'a', message: 'It is ${{ input.token }}' }],
          output: '${{ input.token + steps.a.output }}',
        },
      },
      ({ messages, outputSchema }) => {
        if (outputSchema !== undefined) return { json: { token: secret } };
        if (messages.length > 1 || !JSON.stringify(messages).includes('call')) return `you said ${secret}`;
        return {
          calls: [
            { tool: 'echo', input: { token: secret } },
            { tool: 'task', input: { prompt: secret } },
          ],
        };
      },
      { env: { TOKEN: secret }, store: await openSqliteStore({ path }) },
    );
    const told = [
      await engine.agents.session('a', '1').prompt(`call with ${secret}`),
      await engine.agents.session('typed', '1').prompt('', { input: { token: secret } }),
      await engine.workflows.run('w', { token: secret }),
      await engine.agents.session('a', '1').history(),
      await engine.executions({}),
      models.requests.map(({ messages }) => messages[0]),
    ];
    expect(JSON.stringify(told)).to.contain('[secret]').and.to.not.contain(secret);
    await closeEngines();
    for (const name of readdirSync(join(path, '..')))
      expect(readFileSync(join(path, '..', name), 'latin1').includes(secret), name).to.equal(false);
  });

  it('in a provider’s refusal are hidden, also a key of the environment that nobody declared', async () => {
    const key = 'sk-proj-0123456789abcdef';
    const server = await startFakeServer(errorReply(401, `Incorrect API key provided: ${key}`));
    const engine = await createEngine({
      project: projectOf({ 'src/agents/a.yaml': { description: 'A.', model: 'openai/gpt-5' } }),
      store: 'memory',
      env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.baseUrl },
    });
    try {
      const refusal = await engine.agents
        .session('a', '1')
        .prompt(`my key is ${key}`)
        .catch((thrown: unknown) => thrown);
      expect(refusal).to.be.instanceOf(Problem);
      expect((refusal as Problem).message).to.contain('Incorrect API key provided: ***');
      expect(server.requests[0]?.headers.authorization).to.equal(`Bearer ${key}`);
      const stored = [await engine.executions({}), await engine.agents.session('a', '1').history()];
      expect(JSON.stringify(stored)).to.not.contain(key);
    } finally {
      await engine.close();
      await server.close();
    }
  });
});
