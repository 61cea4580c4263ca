import { expect } from 'chai';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { runCli } from './run-cli.ts';

describe('cli: engine models', function () {
  this.timeout(120_000);

  it('lists aliases with what they fall back to, and the models of the catalogue and the config', async () => {
    const cwd = projectOf({
      'engine.yaml': `models:
  quick: { model: anthropic/claude-haiku-4-5, fallback: [local/qwen3] }
providers:
  local:
    type: openai-compatible
    baseUrl: http://127.0.0.1:9/v1
    price: free
    models: { qwen3: { contextWindow: 8192, capabilities: { images: false } } }
`,
    });
    const { stdout, exitCode } = await runCli(['models'], { cwd });
    expect(exitCode).to.equal(0);
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines[0]).to.deep.equal(['MODEL', 'WINDOW', 'INPUT $/M', 'OUTPUT $/M', 'CAN', 'PRICE FROM']);
    expect(lines[1]?.slice(0, 4)).to.deep.equal(['quick = anthropic/claude-haiku-4-5', '200000', '1', '5']);
    expect(lines[2]?.slice(1)).to.deep.equal(['else local/qwen3', '8192', '0', '0', 'no images', 'config']);
    expect(lines.map(([model]) => model)).to.include.members(['openai/gpt-5-mini', 'local/qwen3']);
  });

  it('as JSON, and without a project the catalogue alone', async () => {
    const { stdout } = await runCli(['models', 'gpt-5-mini', '--json'], { cwd: temporaryFolder() });
    const { models } = JSON.parse(stdout) as { models: readonly Record<string, unknown>[] };
    expect(models).to.have.length(1);
    expect(models[0]).to.deep.include({
      model: 'openai/gpt-5-mini',
      contextWindow: 400_000,
      price: { input: 0.25, output: 2, cacheRead: 0.025 },
    });
    expect(models[0]?.['priceFrom']).to.match(/^\d{4}-\d\d-\d\d$/);
  });

  it('says when no model has such a name', async () => {
    const { stdout, stderr, exitCode } = await runCli(['models', 'nobody'], { cwd: temporaryFolder() });
    expect([stdout, exitCode]).to.deep.equal(['', 0]);
    expect(stderr).to.contain('no model with "nobody" in its name is known');
  });
});
