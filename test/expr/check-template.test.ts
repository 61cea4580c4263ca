import { expect } from 'chai';
import { parseTemplate, typedTemplate, typeFromSchema, typeScope } from '../../engine/expr/index.ts';

const input = typeFromSchema({
  type: 'object',
  required: ['title', 'note', 'tags', 'lines', 'owner', 'free'],
  properties: {
    title: { type: 'string' },
    note: { type: ['string', 'null'] },
    tags: { type: 'array', items: { type: 'string' } },
    owner: { type: 'object', properties: { name: { type: 'string' }, team: { type: 'string' } } },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          sku: { type: 'string' },
          parts: { type: 'array', items: { type: 'object', properties: { id: { type: 'number' } } } },
        },
      },
    },
    free: {},
  },
});
const scope = typeScope({ input });
const partials = { row: '{{sku}} {{skku}}', who: '{{name}}' };

function check(source: string): readonly string[] {
  const { template, faults } = parseTemplate(source, { partials });
  if (template === undefined) throw new Error(`${source}: ${faults[0]?.message ?? ''}`);
  return typedTemplate(template, scope).faults.map(
    ({ rule, start, end, message }) => `${rule} at ${source.slice(start, end)}: ${message}`,
  );
}

const fine: readonly string[] = [
  '{{input.title}} {{upper input.title}} {{json input.owner}} {{quote input.note}}',
  '{{#if input.note}}{{input.note}}{{else}}none{{/if}}',
  '{{#each input.lines}}{{this.sku}} {{sku}} {{@index}} {{../input.title}} {{@root.input.title}}{{/each}}',
  '{{#each input.lines as |line n|}}{{line.sku}} {{n}}{{#each line.parts}}{{id}}{{/each}}{{/each}}',
  '{{#with input.owner}}{{name}} {{> who}}{{/with}}{{> who input.owner}}',
  '{{join input.tags ", "}} {{input.tags.[0]}} {{default input.note "none"}}',
  '{{input.free.any.thing}} {{#each input.free}}{{whatever}}{{/each}} {{unknown.name}}',
  '{{#each input.owner}}{{this}}{{@key}}{{/each}}',
];

const faulty: readonly (readonly [string, ...string[]])[] = [
  ['{{input.titel}}', 'ref/unknown-field at titel: no field "titel" in the input; did you mean "title"?'],
  [
    '{{#if input.titel}}x{{/if}}',
    'ref/unknown-field at titel: no field "titel" in the input; did you mean "title"?',
  ],
  [
    '{{default input.owner.nam "x"}}',
    'ref/unknown-field at nam: no field "nam" in "input.owner"; did you mean "name"?',
  ],
  [
    '{{#each input.lines}}{{this.skku}}{{/each}}',
    'ref/unknown-field at skku: no field "skku" in an item of "input.lines"; did you mean "sku"?',
  ],
  [
    '{{#each input.lines as |line|}}{{#each line.parts}}{{idd}}{{/each}}{{/each}}',
    'ref/unknown-field at idd: no field "idd" in an item of "line.parts"; did you mean "id"?',
  ],
  [
    '{{#with input.owner}}{{nmae}}{{/with}}',
    'ref/unknown-field at nmae: no field "nmae" in "input.owner"; did you mean "name"?',
  ],
  [
    '{{#each input.lines}}{{> row}}{{/each}}',
    'ref/unknown-field at {{> row}}: no field "skku" in an item of "input.lines"; did you mean "sku"?',
  ],
  [
    '{{> who input.title}}',
    'expr/type at {{> who input.title}}: cannot read "name" of "input.title": it is string',
  ],
  [
    'Owner: {{input.owner}}',
    'template/raw-object at input.owner: "input.owner" is a map, not text; write {{json input.owner}}, or go through it with {{#each input.owner}}',
  ],
  [
    '{{input.tags}}',
    'template/raw-object at input.tags: "input.tags" is a list, not text; write {{json input.tags}}, or go through it with {{#each input.tags}}',
  ],
  [
    '{{#each input.title}}x{{/each}}',
    'expr/not-list at input.title: {{#each}} needs a list or a map, got string',
  ],
  ['{{join input.title}}', 'expr/type at input.title: {{join}} needs a list, got string'],
  ['{{upper input.lines}}', 'expr/type at input.lines: {{upper}} needs text, got list'],
];

describe('expr: types of templates', () => {
  for (const source of fine) {
    it(`${source} has no fault`, () => {
      expect(check(source)).to.deep.equal([]);
    });
  }

  for (const [source, ...faults] of faulty) {
    it(`${source} is a fault`, () => {
      expect(check(source)).to.deep.equal(faults);
    });
  }
});
