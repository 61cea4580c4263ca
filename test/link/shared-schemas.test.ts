import { expect } from 'chai';
import { compileSchema } from '../../engine/expr/index.ts';
import { findingsOf, programOf } from '../fakes/project.ts';

const files = {
  'engine.yaml': 'model: openai/gpt-5.5\n',
  'schemas/order.yaml': `type: object
required: [lines]
additionalProperties: false
properties:
  lines: { type: array, items: { $ref: '#/$defs/line' } }
  parent: { $ref: schemas/order.yaml }
  price: { $ref: schemas/money.json }
$defs:
  line: { type: object, required: [item], properties: { item: { type: string } } }
`,
  'schemas/money.json': '{"type": "number", "minimum": 0}',
};

describe('link: shared schemas', () => {
  it('a reference to a file of schemas/ checks values as the file does, inner references included', async () => {
    const { agents, workflows } = await programOf({
      ...files,
      'src/agents/a.yaml': 'description: A.\ninputSchema: { $ref: schemas/order.yaml }\n',
      'src/workflows/w.yaml': `inputSchema:
  type: object
  properties:
    default: { $ref: 'schemas/order.yaml#/$defs/line' }
    own: { $ref: '#/$defs/own' }
  $defs: { own: { type: boolean } }
steps: [{ id: a, set: {} }]
`,
    });
    const whole = compileSchema(agents['a']?.inputSchema ?? {});
    expect(whole.check({ lines: [{ item: 'tea' }], price: 3, parent: { lines: [] } }).faults).to.deep.equal(
      [],
    );
    expect(
      whole
        .check({ lines: [{}], price: -1, parent: {} })
        .faults.map(({ pointer }) => pointer)
        .sort(),
    ).to.deep.equal(['/lines/0', '/parent', '/price']);
    const part = compileSchema(workflows['w']?.inputSchema ?? {});
    expect(part.check({ default: { item: 'tea' }, own: true }).faults).to.deep.equal([]);
    expect(part.check({ default: {}, own: 1 }).faults).to.have.length(2);
  });

  it('a change of the file changes the hashes of what refers to it', async () => {
    const agent = { 'src/agents/a.yaml': 'description: A.\ninputSchema: { $ref: schemas/order.yaml }\n' };
    const before = await programOf({ ...files, ...agent });
    const after = await programOf({ ...files, ...agent, 'schemas/money.json': '{"type": "integer"}' });
    expect(after.agents['a']?.hash).not.to.equal(before.agents['a']?.hash);
  });

  it('a reference that leads nowhere is reported where it stands, once', async () => {
    const findings = await findingsOf({
      ...files,
      'schemas/bad.yaml': 'items: { $ref: "#/$defs/nothing" }\n',
      'src/agents/a.yaml': 'description: A.\ninputSchema: { $ref: schemas/bad.yaml }\n',
      'src/agents/b.yaml': 'description: B.\ninputSchema: { $ref: schemas/oder.yaml }\n',
      'src/agents/c.yaml': `description: C.
outputSchema: { properties: { x: { $ref: '#/$defs/y' }, z: { $ref: 'schemas/order.yaml#/$defs/lien' } } }
`,
    });
    expect(findings).to.deep.equal([
      'schemas/bad.yaml:1:16 error ref/unknown-schema "#/$defs/nothing" leads nowhere in this schema',
      'src/agents/b.yaml:2:22 error ref/unknown-schema no schema "schemas/oder.yaml"; did you mean "schemas/order.yaml"?',
      'src/agents/c.yaml:2:42 error ref/unknown-schema "#/$defs/y" leads nowhere in this schema',
      'src/agents/c.yaml:2:68 error ref/unknown-schema "#/$defs/lien" leads nowhere in "schemas/order.yaml"',
    ]);
  });
});
