import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { projectTypes } from '../../engine/cli/project-types/project-types.ts';
import type { Json, JsonSchema } from '../../engine/core/json.ts';
import { compileSchema } from '../../engine/expr/index.ts';
import { programOf, temporaryFolder } from '../fakes/project.ts';
import { typeFaults } from '../fakes/type-faults.ts';

/** A schema, with values that both it and its type allow, and others that both refuse. */
interface Case {
  readonly what: string;
  readonly schema: JsonSchema;
  readonly right: readonly Json[];
  readonly wrong?: readonly Json[];
  /** What only the schema refuses, since types cannot say it. */
  readonly onlyChecked?: readonly Json[];
}

const circle = {
  type: 'object',
  required: ['kind', 'r'],
  properties: { kind: { const: 'circle' }, r: { type: 'number' } },
  additionalProperties: false,
} as const;
const square = {
  type: 'object',
  required: ['kind', 'side'],
  properties: { kind: { const: 'square' }, side: { type: 'number', description: '5" long { not closed' } },
  additionalProperties: false,
} as const;

const cases: readonly Case[] = [
  {
    what: 'a list of alternatives that are objects',
    schema: { type: 'array', items: { oneOf: [circle, square] } },
    right: [
      [],
      [
        { kind: 'circle', r: 1 },
        { kind: 'square', side: 2 },
      ],
    ],
    wrong: [{ kind: 'circle', r: 1 }, [{ kind: 'circle', side: 1 }], [{ kind: 'round', r: 1 }]],
  },
  {
    what: 'an object with alternatives for the rest of it',
    schema: {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string' } },
      anyOf: [
        { type: 'object', required: ['mail'], properties: { mail: { type: 'string' } } },
        { type: 'object', required: ['phone'], properties: { phone: { type: 'string' } } },
      ],
    },
    right: [
      { id: '1', mail: 'a@b' },
      { id: '1', phone: '2' },
    ],
    wrong: [{ phone: '2' }, { mail: 'a@b' }, { id: '1' }],
  },
  {
    what: 'a tuple with alternatives',
    schema: {
      type: 'array',
      prefixItems: [{ anyOf: [circle, square] }, { type: ['string', 'null'] }],
      items: false,
      minItems: 1,
    },
    right: [[{ kind: 'circle', r: 1 }], [{ kind: 'square', side: 1 }, null]],
    wrong: [[], ['a'], [{ kind: 'circle', r: 1 }, 'a', 'b']],
  },
  {
    what: 'required properties that are described nowhere',
    schema: {
      type: 'object',
      required: ['id', 'more'],
      properties: { id: { type: 'string' } },
      additionalProperties: true,
    },
    right: [{ id: '1', more: [1] }],
    wrong: [{ id: '1' }],
  },
  {
    what: 'a nullable value',
    schema: {
      type: 'object',
      properties: { note: { type: 'string', nullable: true }, tag: { type: 'string' } },
    },
    right: [{ note: null }, { note: 'a', tag: 'b' }, {}],
    wrong: [{ tag: null }],
  },
  {
    what: 'a required property with a default',
    schema: {
      type: 'object',
      required: ['size', 'name'],
      properties: { size: { type: 'integer', default: 3 }, name: { type: 'string' } },
    },
    right: [{ name: 'a' }, { name: 'a', size: 4 }],
    wrong: [{ size: 4 }],
  },
  {
    what: 'a default inside of alternatives, where none is filled in',
    schema: {
      anyOf: [
        { type: 'object', required: ['size'], properties: { size: { type: 'integer', default: 3 } } },
        { type: 'null' },
      ],
    },
    right: [{ size: 1 }, null],
    wrong: [{}],
  },
  {
    what: 'a definition that is named with what URLs and pointers escape',
    schema: {
      type: 'object',
      properties: { a: { $ref: '#/$defs/x~1y' }, b: { $ref: '#/$defs/x~0y' } },
      $defs: { 'x/y': { type: 'number' }, 'x~y': { type: 'boolean' } },
    },
    right: [{ a: 1, b: true }],
    wrong: [{ a: true }, { b: 1 }],
  },
  {
    what: 'names of many kinds',
    schema: {
      type: 'object',
      required: ['größe', 'order-id', 'class', 'it\'s "so"', '1st', ''],
      additionalProperties: false,
      properties: {
        größe: { $ref: '#/$defs/größe' },
        'order-id': { $ref: '#/$defs/gräße' },
        class: { type: 'string', format: 'email' },
        'it\'s "so"': { type: 'boolean' },
        '1st': { enum: ['it\'s "so"', 'a | b', null] },
        '': { type: 'null' },
      },
      $defs: { größe: { type: 'number' }, gräße: { type: 'string' } },
    },
    right: [
      { größe: 1, 'order-id': 'a', class: 'a@b.c', 'it\'s "so"': true, '1st': 'a | b', '': null },
      { größe: 1, 'order-id': 'a', class: 'a@b.c', 'it\'s "so"': true, '1st': null, '': null },
    ],
    wrong: [
      { größe: 'a', 'order-id': 'a', class: 'a@b.c', 'it\'s "so"': true, '1st': null, '': null },
      { größe: 1, 'order-id': 1, class: 'a@b.c', 'it\'s "so"': true, '1st': null, '': null },
      { größe: 1, order_id: 'a', class: 'a@b.c', 'it\'s "so"': true, '1st': null, '': null },
    ],
    onlyChecked: [{ größe: 1, 'order-id': 'a', class: 'x', 'it\'s "so"': true, '1st': null, '': null }],
  },
  {
    what: 'properties by pattern, and others',
    schema: {
      type: 'object',
      patternProperties: { '^n_': { type: 'number' } },
      additionalProperties: { type: 'string' },
    },
    right: [{}, { n_a: 1, b: 'c' }],
    wrong: [{ b: true }],
    onlyChecked: [{ n_a: 'c' }],
  },
  {
    what: 'a schema that is itself or null',
    schema: { type: 'object', properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } } },
    right: [{ next: { next: null } }],
    wrong: [{ next: 1 }, { next: { next: 'a' } }],
  },
  {
    what: 'all of several',
    schema: {
      allOf: [{ $ref: '#/$defs/named' }, { type: 'object', properties: { age: { type: 'integer' } } }],
      $defs: { named: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } },
    },
    right: [{ name: 'a', age: 1 }, { name: 'a' }],
    wrong: [{ age: 1 }, { name: 1 }],
  },
];

describe('types of schemas', function () {
  this.timeout(120_000);

  for (const { what, schema, right, wrong = [], onlyChecked = [] } of cases)
    it(`allow and refuse what the schema does: ${what}`, async () => {
      const { check } = compileSchema(schema);
      const refused = (values: readonly Json[]): readonly Json[] =>
        values.filter((value) => check(value).faults.length > 0);
      expect(refused(right), 'right values that the schema refuses').to.deep.equal([]);
      expect(refused([...wrong, ...onlyChecked]), 'wrong values').to.deep.equal([...wrong, ...onlyChecked]);

      const values = [...right, ...wrong, ...onlyChecked];
      const lines = await faultyLines(
        { inputSchema: schema },
        values.map((value) => `await client.workflows.invoke('one', ${JSON.stringify(value)});`),
      );
      expect(lines.map((line) => values[line])).to.deep.equal(wrong);
    });

  it('leave out an input for which an empty object will do, and only such a one', async () => {
    const calls = [`await client.workflows.invoke('one');`, `await client.workflows.stream('one');`];
    const optional: readonly JsonSchema[] = [
      { type: 'object', properties: { a: { type: 'string' } } },
      { type: 'object', additionalProperties: { type: 'string' } },
      { type: 'object', additionalProperties: false },
      { type: 'object', required: ['a'], properties: { a: { type: 'string', default: 'b' } } },
    ];
    for (const inputSchema of optional) expect(await faultyLines({ inputSchema }, calls)).to.deep.equal([]);
    const needed: readonly JsonSchema[] = [{ type: 'string' }, { type: 'array' }, circle];
    for (const inputSchema of needed) expect(await faultyLines({ inputSchema }, calls)).to.deep.equal([0, 1]);
  });

  it('have what is filled in of an output', async () => {
    const outputSchema = {
      type: 'object',
      required: ['size'],
      properties: { size: { type: 'integer', default: 3 } },
    } as const;
    const lines = [
      `export const size: number = (await client.workflows.invoke('one', {}, { wait: true })).output.size;`,
      `export const name: string = (await client.workflows.invoke('one', {}, { wait: true })).output.size;`,
    ];
    expect(await faultyLines({ outputSchema }, lines)).to.deep.equal([1]);
  });

  it('are JSON where a schema is nothing but itself', async () => {
    const inputSchema: JsonSchema = {
      anyOf: [{ $ref: '#/$defs/a' }, { type: 'null' }],
      $defs: { a: { allOf: [{ $ref: '#/$defs/b' }] }, b: { oneOf: [{ $ref: '#/$defs/a' }, { $ref: '#' }] } },
    };
    expect(await faultyLines({ inputSchema }, [`await client.workflows.invoke('one', 1);`])).to.deep.equal(
      [],
    );
  });

  it('say what a definition says whose name is escaped in a URL', async () => {
    const inputSchema = { $ref: '#/$defs/100%25', $defs: { '100%': { type: 'number' } } };
    const calls = [`await client.workflows.invoke('one', 1);`, `await client.workflows.invoke('one', 'a');`];
    expect(await faultyLines({ inputSchema }, calls)).to.deep.equal([1]);
  });

  it('have different names where those of agents, workflows and definitions would be the same', async () => {
    const named = (type: string): JsonSchema => ({
      $ref: '#/$defs/bInput',
      $defs: { bInput: { type }, 'b-input': { type: 'null' } },
    });
    const program = await programOf({
      'engine.yaml': { name: 'shop', model: 'script/one' },
      'models/one.yaml': { default: { text: 'Hello' } },
      'agents/a-input-b.yaml': {
        description: 'One.',
        instructions: '{{input.n}}',
        inputSchema: { type: 'object', properties: { n: { type: 'integer' } } },
      },
      'workflows/a.yaml': {
        description: 'One.',
        inputSchema: named('string'),
        steps: [{ id: 'one', set: { a: 1 } }],
      },
      'workflows/a-input-b.yaml': {
        description: 'One.',
        inputSchema: named('number'),
        steps: [{ id: 'one', set: { a: 1 } }],
      },
    });
    const text = projectTypes(program);
    expect(faultsOf(text, [])).to.deep.equal([]);
    const names = [...text.matchAll(/^export type (\w+)/gm)].map(([, name]) => name);
    expect(new Set(names).size).to.equal(names.length);
    expect(names).to.have.length(7);
  });
});

/** Numbers of the lines that the compiler refuses, in a project with one workflow of these schemas. */
async function faultyLines(
  schemas: { readonly inputSchema?: JsonSchema; readonly outputSchema?: JsonSchema },
  lines: readonly string[],
): Promise<readonly number[]> {
  const program = await programOf({
    'engine.yaml': { name: 'shop' },
    'workflows/one.yaml': {
      description: 'One.',
      ...schemas,
      steps: [{ id: 'one', set: { size: 1 } }],
      output: '${{ steps.one.output }}',
    },
  });
  return faultsOf(projectTypes(program), lines);
}

function faultsOf(types: string, lines: readonly string[]): readonly number[] {
  const folder = temporaryFolder();
  const preamble = `import { createClient } from 'flue-engine/client';\nconst client = createClient({ baseUrl: '' });\nclient;\n`;
  const texts = {
    'package.json': '{"type":"module"}',
    'engine-types.d.ts': types,
    'lines.ts': preamble + lines.join('\n'),
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  const faults = typeFaults([join(folder, 'engine-types.d.ts'), join(folder, 'lines.ts')]);
  const elsewhere = faults.filter(({ file, line }) => !file.endsWith('lines.ts') || line < 3);
  expect(elsewhere, types).to.deep.equal([]);
  return [...new Set(faults.map(({ line }) => line - 3))];
}
