import { expect } from 'chai';
import { closeEngines, engineOf, failureOf, gate, linesOf, type Answer } from '../kit.ts';
import type { ModelRequest } from '../../../engine/ports/model.ts';

const project = {
  'engine.yaml': 'model: openai/gpt-5\n',
  'src/agents/clerk.yaml': 'description: Serves.\ntools: [price, expert, poll]\n',
  'src/agents/sage.yaml': 'description: Knows.\ninstructions: You are the sage.\n',
  'src/tools/price.yaml': 'description: Finds a price.\ntype: workflow\nworkflow: pricing\n',
  'src/tools/expert.yaml': 'description: Asks the sage.\ntype: agent\nagent: sage\n',
  'src/tools/poll.yaml': `description: Asks the sage of a town.
type: agent
agent: sage
inputSchema: { type: object, required: [town], additionalProperties: false, properties: { town: { type: string } } }
message: How is {{input.town}}?
instance: town-{{input.town}}
`,
  'src/workflows/pricing.yaml': `inputSchema: { type: object, required: [item], additionalProperties: false, properties: { item: { type: string } } }
outputSchema: { type: object, required: [price], properties: { price: { type: number } } }
steps:
  - { id: think, prompt: 'What is the price of {{input.item}}?' }
output: { price: 7 }
`,
  'src/workflows/asks.yaml': `steps:
  - { id: price, tool: price, with: { item: tea } }
  - { id: word, tool: expert, with: { message: Which word? } }
output: { price: '\${{ steps.price.output.price }}', word: '\${{ steps.word.output }}' }
`,
};

/** The last thing said to a model, after who it is. */
function asked({ system, messages }: ModelRequest): string {
  const who = system.includes('sage') ? 'sage' : 'other';
  return `${who}: ${linesOf(messages.slice(-1)).join('')}`;
}

/** A clerk that calls one tool and then says what it gave. */
const clerkThat =
  (tool: string, input: Record<string, string>) =>
  (request: ModelRequest): Answer => {
    const last = asked(request);
    if (last.startsWith('sage: ')) return `sage says: ${last.slice('sage: user: '.length)}`;
    if (last.includes('What is the price')) return '7';
    return request.messages.at(-1)?.role === 'tool' ? last : { calls: [{ tool, input }] };
  };

describe('engine: tools that are workflows and agents', function () {
  this.timeout(120_000);
  afterEach(closeEngines);

  it('a workflow called by a model is a run of its own, whose result and cost are those of the call', async () => {
    const { engine } = await engineOf(project, clerkThat('price', { item: 'tea' }));
    const { text, usage, submissionId } = await engine.agents.session('clerk', 'a').prompt('Go');
    expect(text).to.equal('other: tool: = {"price":7}');
    // Two of the clerk, one of the run.
    expect(usage.totalTokens).to.equal(45);
    const [run, ...others] = await engine.runs.list({});
    expect(others).to.deep.equal([]);
    expect(run).to.deep.include({ workflow: 'pricing', state: 'succeeded', input: { item: 'tea' } });
    const end = (await engine.submissions.events(submissionId)).find(({ type }) => type === 'tool_end');
    expect(end?.data).to.deep.include({ tool: 'price', isError: false, modelCalls: 1 });
  });

  it('arguments that do not fit the workflow never reach it', async () => {
    const { engine } = await engineOf(project, clerkThat('price', { thing: 'tea' }));
    const { text } = await engine.agents.session('clerk', 'a').prompt('Go');
    expect(text).to.contain('other: tool: ! "invalid input: ');
    expect(await engine.runs.list({})).to.deep.equal([]);
  });

  it('an agent is asked in an instance of its own for each call, or in the one that the tool says', async () => {
    const { engine } = await engineOf(project, clerkThat('expert', { message: 'Why?' }));
    const first = await engine.agents.session('clerk', 'a').prompt('Go');
    expect(first.text).to.equal('other: tool: = "sage says: Why?"');
    expect(first.usage.totalTokens).to.equal(45);
    await engine.agents.session('clerk', 'b').prompt('Go');
    const of = async (agent: string): Promise<readonly string[]> =>
      (await engine.executions({ kind: 'submission' }))
        .filter(({ name }) => name === agent)
        .map(({ key }) => key);
    expect(new Set(await of('sage')).size).to.equal(2);
    await closeEngines();
    const { engine: second } = await engineOf(project, clerkThat('poll', { town: 'Ulm' }));
    for (const id of ['a', 'b']) await second.agents.session('clerk', id).prompt('Go');
    const history = await second.agents.session('sage', 'town-Ulm').history();
    expect(linesOf(history)).to.have.length(4);
    expect(linesOf(history)[0]).to.equal('user: How is Ulm?');
  });

  it('steps call them too, and the run counts what they used', async () => {
    const { engine } = await engineOf(project, clerkThat('none', {}));
    const { output, usage } = await engine.workflows.run('asks', {});
    expect(output).to.deep.equal({ price: 7, word: 'sage says: Which word?' });
    expect(usage.totalTokens).to.equal(30);
  });

  it('stopping a prompt stops what its tool called', async () => {
    const { opened, open } = gate();
    const { engine } = await engineOf(project, async (request): Promise<Answer> => {
      if (!asked(request).includes('What is the price'))
        return { calls: [{ tool: 'price', input: { item: 'x' } }] };
      open();
      return new Promise(() => undefined);
    });
    const session = engine.agents.session('clerk', 'a');
    const prompt = session.prompt('Go');
    prompt.catch(() => undefined);
    await opened;
    await session.abort();
    expect(await failureOf(prompt)).to.deep.include({ type: 'aborted' });
    const [run] = await engine.runs.list({});
    expect((await engine.runs.wait(run?.runId ?? '')).state).to.equal('cancelled');
  });

  it('a run that fails is a failed call, in words', async () => {
    const files = {
      ...project,
      'src/workflows/pricing.yaml': project['src/workflows/pricing.yaml']
        .replace("prompt: 'What is the price of {{input.item}}?'", 'fail: No stock today.')
        .replace('output: { price: 7 }\n', ''),
      'src/workflows/asks.yaml': 'steps: [{ id: word, tool: expert, with: { message: Which? } }]\n',
    };
    const { engine } = await engineOf(files, clerkThat('price', { item: 'tea' }));
    const { text } = await engine.agents.session('clerk', 'a').prompt('Go');
    expect(text).to.match(/^other: tool: ! ".*No stock today/);
  });

  it('agents that ask each other without end are stopped at the depth that the config says', async () => {
    const files = {
      'engine.yaml': 'model: openai/gpt-5\ndefaults: { maxTaskDepth: 3 }\n',
      'src/agents/ping.yaml': 'description: A.\ntools: [to_pong]\n',
      'src/agents/pong.yaml': 'description: B.\ntools: [to_ping]\n',
      'src/tools/to_pong.yaml': 'description: P.\ntype: agent\nagent: pong\n',
      'src/tools/to_ping.yaml': 'description: P.\ntype: agent\nagent: ping\n',
    };
    const { engine } = await engineOf(files, ({ messages, tools }): Answer => {
      const last = messages.at(-1);
      if (last?.role === 'tool') return linesOf([last]).join('');
      return {
        calls: [
          { tool: tools.find(({ name }) => name.startsWith('to_'))?.name ?? '', input: { message: 'you' } },
        ],
      };
    });
    const { text } = await engine.agents.session('ping', 'a').prompt('Go');
    expect(text).to.contain('have called each other 3 deep');
    expect(await engine.executions({ kind: 'submission' })).to.have.length(4);
  });

  it('an agent that asks the session that waits for it is told so, and nothing hangs', async () => {
    const files = {
      'engine.yaml': 'model: openai/gpt-5\n',
      'src/agents/ping.yaml': 'description: A.\ntools: [to_pong]\n',
      'src/agents/pong.yaml': 'description: B.\ntools: [to_ping]\n',
      'src/tools/to_pong.yaml': 'description: P.\ntype: agent\nagent: pong\ninstance: one\n',
      'src/tools/to_ping.yaml': 'description: P.\ntype: agent\nagent: ping\ninstance: one\n',
    };
    const { engine } = await engineOf(files, ({ messages, tools }): Answer => {
      const last = messages.at(-1);
      if (last?.role === 'tool') return linesOf([last]).join('');
      return {
        calls: [
          { tool: tools.find(({ name }) => name.startsWith('to_'))?.name ?? '', input: { message: 'you' } },
        ],
      };
    });
    const { text } = await engine.agents.session('ping', 'one').prompt('Go');
    expect(text).to.contain('waits for this call itself');
  });

  it('messages that are sent on without end stop at the same depth', async () => {
    const files = {
      'engine.yaml': 'model: openai/gpt-5\ndefaults: { maxTaskDepth: 3 }\n',
      'src/agents/ping.yaml': 'description: A.\ntools: [pass]\n',
      'src/tools/pass.yaml': 'description: P.\ntype: workflow\nworkflow: pass\n',
      'src/workflows/pass.yaml':
        'steps: [{ id: on, dispatch: { agent: ping, instance: x, message: again } }]\n',
    };
    const { engine } = await engineOf(files, ({ messages }): Answer =>
      messages.at(-1)?.role === 'tool' ? linesOf(messages.slice(-1)).join('') : { calls: [{ tool: 'pass' }] },
    );
    await engine.agents.session('ping', 'a').prompt('Go');
    for (;;) {
      const open = await engine.executions({ states: ['queued', 'running', 'waiting'] });
      if (open.length === 0) break;
      for (const { id, kind } of open)
        await (kind === 'run' ? engine.runs.wait(id) : engine.submissions.wait(id));
    }
    const all = await engine.executions({});
    expect(all.map(({ kind, state }) => `${kind} ${state}`)).to.have.length(4);
    expect(all.find(({ state }) => state === 'failed')?.error?.message).to.contain(
      'called each other 3 deep',
    );
  });
});
