import { expect } from 'chai';
import { schemaFaults } from '../../engine/expr/index.ts';
import { findingsOf } from '../fakes/project.ts';

const findings = (schema: string): Promise<string[]> =>
  findingsOf({
    'engine.yaml': 'model: openai/gpt-5\n',
    'src/agents/a.yaml': `description: x\noutputSchema: ${schema}\n`,
  });

describe('validate: a map of names in place of a JSON Schema', () => {
  for (const schema of [
    '{ kind: string }',
    '{ title: string, pages: integer }',
    '{ kind: { type: string }, urgent: { type: boolean } }',
    '{ kind: { enum: [a, b] } }',
  ])
    it(`${schema} fits everything, and is an error`, async () => {
      const found = await findings(schema);
      expect(found).to.have.length(1);
      expect(found[0]).to.match(
        /a\.yaml:2:15 error schema\/invalid-json-schema "outputSchema" is a map of names, which fits everything; write \{ type: object, properties: \{ (kind|pages): /,
      );
    });

  for (const schema of ['{}', '{ title: string }', '{ x-kind: string }', '{ items: { type: string } }'])
    it(`${schema} is one`, async () => {
      expect(await findings(schema)).to.deep.equal([]);
    });

  it('"property" is no keyword', async () => {
    const found = await findings('{ type: object, property: { a: { type: string } } }');
    expect(found).to.have.length(1);
    expect(found[0]).to.contain('unknown keyword "property" of JSON Schema; did you mean "properties"?');
  });

  it('schemas of calls are held to the same', () => {
    expect(schemaFaults({ kind: 'string' })).to.have.length(1);
    expect(schemaFaults({ type: 'object', kind: 'string' })).to.deep.equal([]);
  });
});
