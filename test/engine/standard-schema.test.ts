import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { expect } from 'chai';
import * as v from 'valibot';
import { z } from 'zod';
import { all, closeEngines, engineOf, failureOf } from './kit.ts';

const project = {
  'src/agents/a.md':
    '---\ndescription: An agent.\nmodel: openai/gpt-5\nretries: 1\nsubagents: [b]\n---\n\nJudge.\n',
  'src/profiles/b.yaml': 'description: A helper.\nmodel: openai/gpt-5\n',
};
const range = z
  .object({ from: z.number(), to: z.number() })
  .refine(({ from, to }) => from < to, { message: 'must be before "to"', path: ['from'] })
  .transform(({ from, to }) => ({ length: to - from }));

describe('results by a Standard Schema', () => {
  afterEach(closeEngines);

  it('are asked for as JSON Schema and given as the schema makes them, with its type', async () => {
    const { engine, models } = await engineOf(project, ['{"from": 1, "to": 4}']);
    const { output } = await engine.agents.session('a', 'x').prompt('Which?', { result: range });
    const length: number = output.length;
    expect(length).to.equal(3);
    expect(models.requests[0]?.outputSchema).to.deep.equal({
      type: 'object',
      properties: { from: { type: 'number' }, to: { type: 'number' } },
      required: ['from', 'to'],
      additionalProperties: false,
    });
  });

  it('that only the schema itself can refuse are corrected by the model', async () => {
    const { engine } = await engineOf(project, ['{"from": 4, "to": 1}', '{"from": 1, "to": 2}']);
    const reply = await engine.agents.session('a', 'x').prompt('Which?', { result: range });
    expect(reply.output).to.deep.equal({ length: 1 });
    expect(reply.typed?.faults).to.deep.equal(['/from must be before "to"']);
  });

  it('that stay wrong fail the prompt', async () => {
    const { engine } = await engineOf(project, ['{"from": 4, "to": 1}', '{"from": 4, "to": 1}']);
    const failure = await failureOf(engine.agents.session('a', 'x').prompt('Which?', { result: range }));
    expect(failure).to.deep.equal({
      type: 'result_invalid',
      message: 'the model gave no valid result in 2 attempts: /from must be before "to"',
    });
  });

  it('of Valibot work through its JSON Schema package, and its own defaults are filled in', async () => {
    const schema = toStandardJsonSchema(v.object({ label: v.string(), level: v.optional(v.number(), 2) }));
    const { engine } = await engineOf(project, ['{"label": "bug"}']);
    const { output } = await engine.agents.session('a', 'x').prompt('Which?', { result: schema });
    const level: number = output.level;
    expect([output.label, level]).to.deep.equal(['bug', 2]);
  });

  it('are stored and told as the JSON of the model', async () => {
    const { engine } = await engineOf(project, ['{"from": 1, "to": 4}']);
    const events = await all(engine.agents.session('a', 'x').stream('Which?', { result: range }));
    const end = events.find(({ type }) => type === 'operation_end');
    expect(end?.data).to.deep.include({ output: { from: 1, to: 4 } });
    const [record] = await engine.executions({});
    expect(record?.output).to.deep.equal({ from: 1, to: 4 });
  });

  it('are given by tasks too', async () => {
    const { engine } = await engineOf(project, ['{"from": 4, "to": 1}', '{"from": 1, "to": 4}']);
    const reply = await engine.agents.session('a', 'x').task('Which?', { result: range, agent: 'b' });
    expect(reply.output.length).to.equal(3);
    expect(reply.typed?.attempts).to.equal(2);
  });

  it('a schema without JSON Schema is refused before anything is asked', async () => {
    const { engine, models } = await engineOf(project, []);
    const result = v.object({ label: v.string() });
    const failure = await failureOf(engine.agents.session('a', 'x').prompt('Which?', { result }));
    expect(failure.type).to.equal('invalid_request');
    expect(models.requests).to.deep.equal([]);
  });
});
