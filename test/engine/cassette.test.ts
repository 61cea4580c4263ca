import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../fakes/project.ts';
import { closeEngines, engineOf, failureOf } from './kit.ts';

const files = {
  'engine.yaml': { secrets: { TOKEN: { env: 'TOKEN' } } },
  'src/agents/clerk.yaml': { model: 'local/fake', instructions: 'Be kind.' },
  'src/workflows/ask.yaml': {
    steps: [
      { id: 'one', prompt: 'First', retry: { maxAttempts: 2 } },
      { id: 'two', prompt: 'Second after {{steps.one.output}}' },
    ],
    output: '${{ steps.two.output }}',
  },
};

describe('an engine with a cassette', () => {
  afterEach(closeEngines);

  it('records what any models say and replays it without asking them', async () => {
    const record = join(temporaryFolder(), 'a.yaml');
    const config = { 'engine.yaml': { ...files['engine.yaml'], model: 'local/fake', providers } };
    const recorded = await engineOf({ ...files, ...config }, ['one', 'two', 'hello, value-of-token'], {
      record,
      env: { TOKEN: 'value-of-token' },
    });
    const before = await recorded.engine.workflows.run('ask');
    const said = await recorded.engine.agents.session('clerk', 'a').prompt('Hi');
    expect(said.text).to.equal('hello, [secret]');
    expect(readFileSync(record, 'utf8')).not.to.include('value-of-token');
    await closeEngines();

    const replayed = await engineOf({ ...files, ...config }, [], { replay: record });
    const { output, usage } = await replayed.engine.workflows.run('ask');
    expect({ output, usage }).to.deep.equal({ output: before.output, usage: before.usage });
    expect((await replayed.engine.agents.session('clerk', 'b').prompt('Hi')).text).to.equal(said.text);
    expect(replayed.models.requests).to.deep.equal([]);
    const miss = await failureOf(replayed.engine.agents.session('clerk', 'b').prompt('Bye'));
    expect(miss.type).to.equal('cassette_miss');
  });

  it('cannot record and replay at once', async () => {
    const options = { record: 'a.yaml', replay: 'a.yaml' };
    const config = { 'engine.yaml': { ...files['engine.yaml'], model: 'local/fake', providers } };
    expect(await failureOf(engineOf({ ...files, ...config }, [], options))).to.deep.equal({
      type: 'invalid_request',
      message: 'an engine records or replays, not both',
    });
  });
});

const providers = { local: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' } };
