import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import type { ResultWay } from '../../engine/ports/model.ts';
import { all, closeEngines, engineOf, failureOf, fakeModels, linesOf, type Answer } from '../engine/kit.ts';
import type { FakeModels } from '../engine/kit.ts';

const schema = {
  type: 'object',
  required: ['label'],
  additionalProperties: false,
  properties: { label: { enum: ['bug', 'feature'] }, level: { type: 'number', default: 1 } },
} as const;
const project = {
  'src/agents/a.md': `---\ndescription: An agent.\nmodel: openai/gpt-5\nretries: 2\ntools: [touch]\noutputSchema: ${JSON.stringify(schema)}\n---\n\nJudge.\n`,
  'src/agents/free.md': '---\ndescription: An agent.\nmodel: openai/gpt-5\nmaxTurns: 2\n---\n\nTalk.\n',
  'src/tools/touch.ts':
    "export default { description: 'Changes things.', inputSchema: { type: 'object' }, run: () => (globalThis.touched = (globalThis.touched ?? 0) + 1) };",
};
const touched = (): number => Number((globalThis as { touched?: unknown }).touched ?? 0);

/** An engine whose models are asked in some other way than with the schema. */
async function engineWith(
  way: ResultWay,
  answers: readonly Answer[],
): Promise<{ engine: Engine; models: FakeModels }> {
  const models = { ...fakeModels(answers), resultWay: () => way };
  const { engine } = await engineOf(project, [], { ports: { models } });
  return { engine, models };
}

const byTools: ResultWay = { strategy: 'tools', reason: 'the schema is too wide' };
const finish = (input: object): Answer => ({ calls: [{ tool: 'finish', input: input as never }] });

describe('sessions: results by tools', () => {
  afterEach(closeEngines);

  it('a call of finish ends the operation with its input, defaults filled in, without another model call', async () => {
    const { engine, models } = await engineWith(byTools, [
      { calls: [{ tool: 'touch' }] },
      finish({ label: 'bug' }),
    ]);
    const session = engine.agents.session('a', 'x');
    const reply = await session.prompt('This?');
    expect(reply.output).to.deep.equal({ label: 'bug', level: 1 });
    expect(reply.text).to.equal('{"label":"bug","level":1}');
    expect(reply.typed).to.deep.equal({
      strategy: 'tools',
      reason: 'the schema is too wide',
      attempts: 1,
      faults: [],
    });
    const [request] = models.requests;
    expect(models.requests).to.have.length(2);
    expect(request?.outputSchema).to.equal(undefined);
    expect(request?.tools.map(({ name }) => name)).to.deep.equal(['touch', 'finish', 'give_up']);
    expect(request?.tools[1]?.inputSchema).to.deep.equal(schema);
    expect(request?.system).to.contain('call the tool `finish`').and.not.contain(JSON.stringify(schema));
    expect(linesOf(await session.history()).slice(-2)).to.deep.equal([
      'assistant: finish({"label":"bug"})',
      'tool: = "accepted"',
    ]);
  });

  it('a refused result is corrected without the other tools, and counted', async () => {
    const { engine, models } = await engineWith(byTools, [
      { calls: [{ tool: 'touch' }] },
      finish({ label: 'bugg' }),
      { calls: [{ tool: 'touch' }] },
      finish({ label: 'bug' }),
    ]);
    const before = touched();
    const session = engine.agents.session('a', 'x');
    const reply = await session.prompt('This?');
    expect(reply.output).to.deep.equal({ label: 'bug', level: 1 });
    expect(reply.typed?.attempts).to.equal(2);
    expect(reply.typed?.faults).to.have.length(1);
    expect(reply.typed?.faults[0]).to.contain('label');
    expect(touched()).to.equal(before + 1);
    const roles = models.requests.at(-1)?.messages.map(({ role }) => role);
    expect(roles?.filter((role) => role === 'user')).to.have.length(1);
  });

  it('a text instead of the call is taken when it fits, and asked for again when not', async () => {
    const { engine } = await engineWith(byTools, [
      '{"label": "bug"}',
      'I am done.',
      finish({ label: 'bug' }),
    ]);
    const session = engine.agents.session('a', 'x');
    expect((await session.prompt('This?')).output).to.deep.equal({ label: 'bug', level: 1 });
    const reply = await session.prompt('And this?');
    expect([reply.typed?.attempts, reply.output]).to.deep.equal([2, { label: 'bug', level: 1 }]);
    const asked = linesOf(await session.history()).filter((line) => line.startsWith('user: That is no'));
    expect(asked[0]).to.match(/^user: That is no result: .*\n\nCall the tool `finish`/);
  });

  it('fails with result_invalid when the retries are used up', async () => {
    const bad = finish({ label: 'bugg' });
    const { engine } = await engineWith(byTools, [bad, bad, bad, finish({ label: 'bug' })]);
    const session = engine.agents.session('a', 'x');
    const { type, message } = await failureOf(session.prompt('This?'));
    expect(type).to.equal('result_invalid');
    expect(message).to.match(/^the model gave no valid result in 3 attempts: /);
    expect((await session.prompt('Again?')).output).to.deep.equal({ label: 'bug', level: 1 });
  });

  it('give_up fails the operation with the reason of the model', async () => {
    const { engine } = await engineWith(byTools, [
      { calls: [{ tool: 'give_up', input: { reason: 'the picture is missing' } }] },
    ]);
    expect(await failureOf(engine.agents.session('a', 'x').prompt('This?'))).to.deep.equal({
      type: 'gave_up',
      message: 'the model gave up: the picture is missing',
    });
  });

  it('a schema of no object is asked for as the property "result", on the last turn too', async () => {
    const { engine, models } = await engineWith(byTools, [
      { calls: [{ tool: 'nothing' }] },
      finish({ result: [1, 2] }),
    ]);
    const list = { type: 'array', items: { $ref: '#/$defs/n' }, $defs: { n: { type: 'number' } } };
    const reply = await engine.agents.session('free', 'x').prompt('List', { result: list });
    expect(reply.output).to.deep.equal([1, 2]);
    expect(models.requests[0]?.tools[0]?.inputSchema).to.deep.equal({
      type: 'object',
      properties: { result: { type: 'array', items: { $ref: '#/$defs/n' } } },
      required: ['result'],
      additionalProperties: false,
      $defs: { n: { type: 'number' } },
    });
  });

  it('is streamed with the calls that give it', async () => {
    const { engine } = await engineWith(byTools, [finish({ label: 'bug' })]);
    const events = await all(engine.agents.session('a', 'x').stream('This?'));
    expect(events.map(({ type }) => type)).to.deep.equal([
      'operation_start',
      'turn_start',
      'turn_end',
      'tool_start',
      'tool_end',
      'operation_end',
      'submission_end',
    ]);
    expect(events.at(-2)?.data).to.deep.include({
      output: { label: 'bug', level: 1 },
      typed: { strategy: 'tools', reason: 'the schema is too wide', attempts: 1, faults: [] },
    });
  });

  it('images are sent once, with the message they came with', async () => {
    const { engine, models } = await engineWith(byTools, [finish({ label: 'no' }), finish({ label: 'bug' })]);
    const images = [{ image: 'iVBORw0KGgo=', mediaType: 'image/png' }];
    await engine.agents.session('a', 'x').prompt('This?', { images });
    const sent = models.requests.at(-1)?.messages.flatMap(({ content }) => [...content]) ?? [];
    expect(sent.filter(({ type }) => type === 'image')).to.have.length(1);
  });
});

describe('sessions: results in words', () => {
  afterEach(closeEngines);

  it('a model without tools is told the schema and read', async () => {
    const { engine, models } = await engineWith({ strategy: 'text', reason: 'it takes neither' }, [
      'Sure:\n```json\n{"label": "feature"}\n```',
    ]);
    const reply = await engine.agents.session('a', 'x').prompt('This?');
    expect(reply.output).to.deep.equal({ label: 'feature', level: 1 });
    expect(reply.typed).to.deep.include({ strategy: 'text', reason: 'it takes neither' });
    expect(models.requests[0]?.outputSchema).to.equal(undefined);
    expect(models.requests[0]?.system).to.contain(JSON.stringify(schema));
  });
});
