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
      'src/agents/c.yaml:2:68 error ref/unknown-schema "#/$defs/lien" leads nowhere in "schemas/order.yaml"; write "schemas/order.yaml#/$defs/line"',
    ]);
  });

  const keys = [
    '100%',
    'x%41y',
    '%zz',
    'a b',
    'größe',
    'a/b',
    'a~b',
    'q"x',
    'a#b',
    'a?b',
    '[x]',
    '日本',
    '$x',
  ];
  const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
  const encoded = (key: string): string => `#/$defs/${encodeURIComponent(escaped(key))}`;
  const workflow = (schema: object): string =>
    JSON.stringify({ inputSchema: schema, steps: [{ id: 'a', set: {} }] });
  const refersTo = (reference: string, definitions: object): object => ({
    ...{ type: 'object', properties: { n: { $ref: reference } } },
    $defs: definitions,
  });

  it('a percent-encoded reference leads to what it encodes, in the schema itself and in a file', async () => {
    for (const key of keys) {
      const definitions = { [key]: { type: 'number' } };
      const { workflows } = await programOf({
        'schemas/named.json': JSON.stringify(refersTo(encoded(key), definitions)),
        'src/workflows/own.json': workflow(refersTo(encoded(key), definitions)),
        'src/workflows/file.json': workflow(refersTo(`schemas/named.json${encoded(key)}`, {})),
        'src/workflows/whole.json': workflow({ $ref: 'schemas/named.json' }),
      });
      for (const { name, inputSchema } of Object.values(workflows)) {
        const { check } = compileSchema(inputSchema ?? false);
        expect(check({ n: 1 }).faults, `${key} ${name}`).to.deep.equal([]);
        expect(check({ n: 'x' }).faults, `${key} ${name}`).to.have.length(1);
      }
    }
  });

  it('a reference that is no URI, or encoded once too little, is refused with what to write', async () => {
    const told = async (reference: string, key: string): Promise<readonly string[]> =>
      findingsOf({ 'src/workflows/w.json': workflow(refersTo(reference, { [key]: { type: 'number' } })) });
    for (const key of ['100%', '%zz', 'x%41y', '100% größe'])
      expect(await told(`#/$defs/${key}`, key), key).to.deep.equal([
        `src/workflows/w.json:1:59 error ref/unknown-schema "#/$defs/${key}" leads nowhere in this schema; write "${encodeURI(`#/$defs/${key}`)}"`,
      ]);
    expect(await told('#/$defs/100%20', '100%')).to.deep.equal([
      'src/workflows/w.json:1:59 error ref/unknown-schema "#/$defs/100%20" leads nowhere in this schema; write "#/$defs/100%25"',
    ]);
  });

  it('files are found by encoded paths and by their addresses, and keep their inner references there', async () => {
    const { workflows } = await programOf({
      'schemas/my order.yaml':
        '$id: https://example.com/order\nproperties: { n: { $ref: "#/$defs/n" }, m: { $ref: "#m" } }\n$defs: { n: { type: number }, m: { $anchor: m, type: number } }\n',
      'src/workflows/raw.json': workflow({ $ref: 'schemas/my order.yaml' }),
      'src/workflows/encoded.json': workflow({ $ref: 'schemas/my%20order.yaml' }),
      'src/workflows/address.json': workflow({ $ref: 'https://example.com/order' }),
      'src/workflows/anchor.json': workflow({ properties: { m: { $ref: 'schemas/my order.yaml#m' } } }),
      'src/workflows/own.json': workflow({
        properties: { m: { $ref: '#m' }, n: { $ref: 'https://example.com/n' } },
        $defs: { m: { $anchor: 'm', type: 'number' }, n: { $id: 'https://example.com/n', type: 'number' } },
      }),
    });
    for (const { name, inputSchema } of Object.values(workflows)) {
      const { check } = compileSchema(inputSchema ?? false);
      expect(check({ n: 1, m: 1 }).faults, name).to.deep.equal([]);
      const faults = check({ n: 'x', m: 'x' }).faults.map(({ pointer }) => pointer);
      expect(faults.sort(), name).to.deep.equal(name === 'anchor' ? ['/m'] : ['/m', '/n']);
    }
  });

  it('an anchor that there is not, and a reference that leads back to itself, are refused', async () => {
    const at = async (reference: string, definitions: object): Promise<string> =>
      (await findingsOf({ 'src/workflows/w.json': workflow(refersTo(reference, definitions)) })).join('\n');
    expect(await at('#lien', { a: { $anchor: 'line' } })).to.contain(
      'leads nowhere in this schema; write "#line"',
    );
    expect(await at('#line', { line: {} })).to.contain('leads nowhere in this schema; write "#/$defs/line"');
    expect(await at('#none', {})).to.match(/"#none" leads nowhere in this schema$/);
    expect(await at('#/properties/n', {})).to.contain('"#/properties/n" leads back to itself');
    const round = { a: { allOf: [{ $ref: '#/$defs/b' }] }, b: { $ref: '#/$defs/a' } };
    expect(
      (await at('#/$defs/a', round)).match(/leads back to itself, so that no value could fit$/gm),
    ).to.have.length(2);
    expect(await at('#', {})).to.equal('');
  });
});
