import { expect } from 'chai';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineEvent } from '../../engine/core/event.ts';
import type { Engine, PromptOptions, PromptResult } from '../../engine/api.ts';
import type { Problem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';
import { startFakeServer, textReply, type FakeServer } from '../fakes/openai-server.ts';
import { temporaryFolder } from '../fakes/project.ts';

const example = fileURLToPath(new URL('../../examples/local-models', import.meta.url));
const servers = { ollama: 11_434, llamacpp: 8080, vllm: 8000 };
const free = 'http://127.0.0.1:9/v1';

describe('the example local-models', () => {
  let fake: FakeServer;
  let engine: Engine | undefined;
  beforeEach(async () => {
    fake = await startFakeServer(textReply('Because of ', 'the air.'));
  });
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
    await fake.close();
  });

  for (const [name, model] of [
    ['ollama', 'qwen3:8b'],
    ['llamacpp', 'local'],
    ['vllm', 'Qwen/Qwen3-8B'],
  ] as const) {
    it(`${name} answers when it is there, without a key, and costs nothing`, async () => {
      const { result, logs } = await ask(name, 'helper');
      expect([result.text, result.model]).to.deep.equal(['Because of the air.', `${name}/${model}`]);
      expect(result.usage).to.include({ costUsd: 0 });
      const [request, ...others] = fake.requests;
      expect(others).to.deep.equal([]);
      expect(request?.path).to.equal('/v1/chat/completions');
      expect(request?.headers).not.to.have.property('authorization');
      expect(request?.body).to.include({ model });
      expect(logs).to.have.length(Object.keys(servers).indexOf(name));
    });
  }

  it('a script answers when no server is there', async () => {
    const { result } = await ask(undefined, 'helper');
    expect(result.model).to.equal('script/nobody');
    expect(result.text).to.match(/^No model server runs here/);
  });

  it('pictures go to the model that takes them, and to no other', async () => {
    const images = [{ image: 'aGk=', mediaType: 'image/png' }];
    const { result } = await ask('ollama', 'painter', { images });
    expect(result.model).to.equal('ollama/gemma3:4b');
    const before = fake.requests.length;
    const failure = await ask('ollama', 'helper', { images }).then(
      () => undefined,
      (thrown: unknown) => thrown as Problem,
    );
    expect([failure?.code, failure?.message]).to.deep.equal([
      'invalid_request',
      'model "ollama/qwen3:8b" takes no images; ask another model, or leave them out',
    ]);
    expect(fake.requests).to.have.length(before);
  });

  /** Asks an agent of the example, whose servers are nowhere but for one. */
  async function ask(
    server: string | undefined,
    agent: string,
    options: PromptOptions = {},
  ): Promise<{ readonly result: PromptResult; readonly logs: readonly EngineEvent[] }> {
    await engine?.close();
    const project = join(temporaryFolder(), 'project');
    cpSync(example, project, { recursive: true });
    const config = join(project, 'engine.yaml');
    let text = readFileSync(config, 'utf8');
    for (const [name, port] of Object.entries(servers)) {
      const address = `http://127.0.0.1:${port}/v1`;
      expect(text).to.contain(address);
      text = text.replace(address, name === server ? fake.baseUrl : free);
    }
    writeFileSync(config, text);
    engine = await createEngine({
      project,
      store: 'memory',
      env: { OPENAI_API_KEY: 'a-key-for-openai-alone' },
    });
    const logs: EngineEvent[] = [];
    const onEvent = (event: EngineEvent): void => {
      if (event.type === 'log') logs.push(event);
    };
    const result = await engine.agents
      .session(agent, 'me')
      .prompt('Why is the sky blue?', { ...options, onEvent });
    return { result, logs };
  }
});
