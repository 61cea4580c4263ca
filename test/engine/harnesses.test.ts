import { expect } from 'chai';
import { registerHarness, turnLoop } from '../../engine/index.ts';
import type { Harness } from '../../engine/ports/harness.ts';
import { findingsOf } from '../fakes/project.ts';
import { closeEngines, engineOf, failureOf } from './kit.ts';

const agent = (harness: string): string =>
  `---\ndescription: An agent.\nmodel: openai/gpt-5\nharness: ${harness}\n---\n\nTalk.\n`;

/** A harness that says what it is, without a model. */
const saying = (text: string): Harness => ({
  name: text,
  async run(_task, context) {
    const { usage, modelCalls } = { usage: noUsage, modelCalls: 0 };
    await context.append({ role: 'assistant', content: [{ type: 'text', text }] });
    return { text, usage, modelCalls };
  },
});
const noUsage = {
  ...{ inputTokens: 0, outputTokens: 0, totalTokens: 0 },
  ...{ cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
};

const own = `
export default {
  name: 'own',
  async run(task, context) {
    await context.append({ role: 'assistant', content: [{ type: 'text', text: 'from the config' }] });
    return { text: 'from the config', usage: ${JSON.stringify(noUsage)}, modelCalls: 0 };
  },
};`;

describe('harnesses', () => {
  afterEach(closeEngines);

  it('of the options, of the registry and of the config run the agents that name them, beside the built-in one', async () => {
    registerHarness('registered', saying('from the registry'));
    const { engine } = await engineOf(
      {
        'engine.yaml': 'modules: { harnesses: { own: ./loops/own.ts } }\n',
        'loops/own.ts': own,
        'src/agents/a.md': agent('given'),
        'src/agents/b.md': agent('registered'),
        'src/agents/c.md': agent('own'),
        'src/agents/d.md': agent('ai-sdk'),
      },
      ['from the model'],
      { harnesses: { given: saying('from the options') } },
    );
    const said = async (name: string): Promise<string> =>
      (await engine.agents.session(name, 'x').prompt('Who?')).text;
    expect([await said('a'), await said('b'), await said('c'), await said('d')]).to.deep.equal([
      'from the options',
      'from the registry',
      'from the config',
      'from the model',
    ]);
  });

  it('those nearer to the program win', async () => {
    registerHarness('loop', saying('registered'));
    const files = {
      'engine.yaml': 'modules: { harnesses: { loop: ./own.ts } }\n',
      'own.ts': own,
      'src/agents/a.md': agent('loop'),
    };
    const first = await engineOf(files);
    expect((await first.engine.agents.session('a', 'x').prompt('Who?')).text).to.equal('registered');
    const second = await engineOf(files, [], { harnesses: { loop: saying('given') } });
    expect((await second.engine.agents.session('a', 'x').prompt('Who?')).text).to.equal('given');
  });

  it('a typed result is read from what any of them gives', async () => {
    const { engine } = await engineOf({ 'src/agents/a.md': agent('given') }, [], {
      harnesses: { given: saying('It is:\n```json\n[1, 2]\n```') },
    });
    const reply = await engine.agents.session('a', 'x').prompt('List', { result: { type: 'array' } });
    expect(reply.output).to.deep.equal([1, 2]);
  });

  it('one that goes round the default loop sees each operation', async () => {
    const seen: number[] = [];
    const counting: Harness = {
      name: 'counting',
      async run(task, context) {
        const result = await turnLoop.run(task, context);
        seen.push(result.modelCalls);
        return result;
      },
    };
    const { engine } = await engineOf({ 'src/agents/a.md': agent('counting') }, ['Hi'], {
      harnesses: { counting },
    });
    expect((await engine.agents.session('a', 'x').prompt('Hi')).text).to.equal('Hi');
    expect(seen).to.deep.equal([1]);
  });

  it('an unknown one is told when specs are checked, and when it is asked for', async () => {
    const files = {
      'engine.yaml': 'modules: { harnesses: { planner: ./own.ts } }\n',
      'own.ts': own,
      'src/agents/a.md': agent('planer'),
    };
    const [finding] = await findingsOf(files);
    expect(finding).to.contain(
      'ref/unknown-harness harness "planer" is not known here; did you mean "planner"?',
    );
    const { engine } = await engineOf(files);
    expect(await failureOf(engine.agents.session('a', 'x').prompt('Hi'))).to.deep.equal({
      type: 'invalid_project',
      message: 'no harness "planer"; did you mean "planner"?',
    });
  });

  it('a module that is not there, cannot be imported or holds none is told, the last two when the engine starts', async () => {
    const files = (module: string): Record<string, string> => ({
      'engine.yaml': 'modules: { harnesses: { own: ./own.ts } }\n',
      'src/agents/a.md': agent('own'),
      ...(module === '' ? {} : { 'own.ts': module }),
    });
    expect((await findingsOf(files(''))).join('\n')).to.contain('own.ts');
    expect(await findingsOf(files('throw new Error("no");'))).to.deep.equal([]);
    expect((await failureOf(engineOf(files('throw new Error("no luck");')))).message).to.equal(
      'harness "own": own.ts cannot be imported: no luck',
    );
    expect((await failureOf(engineOf(files('export default {};')))).message).to.equal(
      'harness "own": the default export of own.ts must be an object with a "run" function',
    );
  });

  it('a registered one must have a name and be one', () => {
    expect(() => registerHarness(' ', saying(''))).to.throw('" " cannot be the name of a harness');
    expect(() => registerHarness('x', {} as Harness)).to.throw(
      'harness "x" is no object with a "run" function',
    );
  });

  it('deepagents is built in, and says how to install what it needs', async () => {
    const files = { 'src/agents/a.md': agent('deepagents') };
    expect(await findingsOf(files)).to.deep.equal([]);
    expect(await failureOf(engineOf(files))).to.deep.equal({
      type: 'invalid_project',
      message:
        'harness "deepagents" needs packages that are not installed; run: npm install deepagents langchain @langchain/core',
    });
  });
});
