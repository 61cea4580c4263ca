import { expect } from 'chai';
import { findingsOf, type Files } from '../fakes/project.ts';

const config = `providers:
  local: { type: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1' }
models:
  cheap: { model: openai/gpt-5-mini, fallback: [spare] }
  spare: local/qwen3
`;
const agent = (keys: string): string => `description: A.\n${keys}instructions: You answer.\n`;
const priced: Files = { 'engine.yaml': config.replace("/v1' }", "/v1', price: free }") };

describe('rules: what models cost and can', () => {
  it('a limit on cost needs the price of everything that may be asked', async () => {
    const files: Files = {
      'engine.yaml': config,
      'src/agents/chief.yaml': agent('model: cheap\nlimits: { costUsd: 1 }\n'),
      'src/agents/boss.yaml': agent('model: openai/gpt-5-mini\nsubagents: [hand]\nlimits: { costUsd: 1 }\n'),
      'src/agents/hand.yaml': agent('model: local/llama\n'),
      'src/workflows/inner.yaml': `description: I.
steps:
  - { id: one, prompt: Hi, model: local/phi }
`,
      'src/workflows/outer.yaml': `description: O.
limits: { costUsd: 1 }
steps:
  - { id: one, workflow: inner }
  - { id: two, agent: chief, message: Hi }
`,
    };
    const say = (model: string, where: string): string =>
      `error cost/unknown-price the price of model "local/${model}" is not known, so "costUsd" cannot be kept; write its "price" under ${where} in engine.yaml`;
    expect(await findingsOf(files)).to.deep.equal([
      `src/agents/boss.yaml:4:20 ${say('llama', '"providers.local.models" as "llama"')}`,
      `src/agents/chief.yaml:3:20 ${say('qwen3', '"models.spare"')}`,
      `src/workflows/outer.yaml:2:20 ${say('phi', '"providers.local.models" as "phi"')}`,
      `src/workflows/outer.yaml:2:20 ${say('qwen3', '"models.spare"')}`,
    ]);
    expect(await findingsOf({ ...files, ...priced })).to.deep.equal([]);
  });

  it('the limit of the defaults is where they are', async () => {
    const [finding, ...others] = await findingsOf({
      'engine.yaml': `${config}defaults: { model: spare, limits: { costUsd: 1 } }\n`,
      'src/agents/a.yaml': agent(''),
    });
    expect(others).to.deep.equal([]);
    expect(finding).to.match(/^engine\.yaml:6:46 error cost\/unknown-price /);
  });

  it('thinking, tools and images are not asked of models that are known not to have them', async () => {
    const files: Files = {
      'engine.yaml': `providers:
  local:
    type: openai-compatible
    baseUrl: http://127.0.0.1:9/v1
    capabilities: { images: false, tools: false, thinking: false }
model: local/x
`,
      'src/agents/a.yaml': agent('thinking: low\n'),
      'src/agents/b.yaml': agent('sandbox: virtual\n'),
      'src/agents/c.yaml': agent('thinking: "off"\n'),
      'src/workflows/w.yaml': `description: W.
steps:
  - { id: look, prompt: What?, images: [a.png] }
  - { id: think, prompt: Why?, thinking: high }
  - { id: other, prompt: Why?, thinking: high, model: openai/gpt-5-mini }
`,
    };
    expect(await findingsOf(files)).to.deep.equal([
      'src/agents/a.yaml:2:11 error ref/model-ability agent "a" asks for "thinking: low", and its model "local/x" cannot think; leave it out, or name another model',
      'src/agents/b.yaml:1:1 error ref/model-ability agent "b" has tools, and its model "local/x" calls none; give it another model, or "tools: []"',
      'src/workflows/w.yaml:3:5 error ref/model-ability step "look" sends images, and its model "local/x" takes none; name another model',
      'src/workflows/w.yaml:4:5 error ref/model-ability step "think" asks for "thinking: high", and its model "local/x" cannot think; leave it out, or name another model',
    ]);
  });

  it('what is said of a provider must be its own', async () => {
    expect(
      await findingsOf({
        'engine.yaml': `providers:
  local: { type: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1', storeResponses: true, price: cheap }
models: { one: { model: local/x, capabilities: { imges: true } } }
`,
      }),
    ).to.deep.equal([
      'engine.yaml:2:71 error schema/misplaced-key "storeResponses" is for providers of type "openai"; "local" is of type "openai-compatible"',
      'engine.yaml:2:100 error schema/bad-enum "price" must be "free", got "cheap"',
      'engine.yaml:3:50 error schema/unknown-key unknown key "imges"; did you mean "images"?',
    ]);
  });
});
