import { expect } from 'chai';
import {
  celOffers,
  celPartAt,
  describeType,
  templateOffers,
  templatePartAt,
  typeFromSchema,
  typeScope,
  type Offers,
} from '../../engine/expr/index.ts';
import { functionWords, helperWords } from '../../engine/expr/vocabulary.ts';

const scope = typeScope({
  input: typeFromSchema({
    type: 'object',
    required: ['kind', 'items'],
    properties: {
      kind: { enum: ['bug', 'feature'] },
      note: { type: 'string' },
      items: {
        type: 'array',
        items: {
          type: 'object',
          required: ['sku', 'price'],
          properties: { sku: {}, price: { type: 'number' } },
        },
      },
    },
  }),
  run: typeFromSchema({ type: 'object', required: [], properties: { id: { type: 'string' } } }),
});

/** The source with `|` where the cursor is. */
function cel(text: string): Offers {
  return celOffers(text.replace('|', ''), text.indexOf('|'), scope);
}

function template(text: string): Offers | undefined {
  return templateOffers(text.replace('|', ''), text.indexOf('|'), scope, ['header']);
}

function texts(found: Offers | undefined, kind?: string): string[] {
  return (found?.offers ?? [])
    .filter((offer) => kind === undefined || offer.kind === kind)
    .map(({ text }) => text);
}

describe('offers in an expression', () => {
  it('names come where a value begins, functions too', () => {
    expect(texts(cel('|'), 'name')).to.deep.equal(['input', 'run']);
    expect(texts(cel('in|'), 'name')).to.deep.equal(['input', 'run']);
    expect(texts(cel('si|'), 'function'))
      .to.include('size')
      .and.not.include('filter');
  });

  it('fields come behind a dot, whatever stands behind the cursor', () => {
    for (const text of [
      'input.|',
      'input.ki|',
      'size(input.|',
      'input.| == "bug"',
      'has(input.|) && run.id == "x"',
    ])
      expect(texts(cel(text), 'field'), text).to.deep.equal(['kind', 'note', 'items']);
    expect(texts(cel('run.id == "a" ? input.| : null'), 'field')).to.deep.equal(['kind', 'note', 'items']);
    expect(texts(cel('run.id == "a" ? input.|'), 'field')).to.deep.equal(['kind', 'note', 'items']);
  });

  it('the word at the cursor is replaced as a whole', () => {
    expect(cel('input.ki|nd == "bug"')).to.include({ start: 6, end: 10 });
  });

  it('fields come between quotes in brackets', () => {
    expect(texts(cel('input["|"]'))).to.deep.equal(['kind', 'note', 'items']);
    expect(texts(cel("input['ki|"))).to.deep.equal(['kind', 'note', 'items']);
  });

  it('the variable of a loop has the type of the items', () => {
    expect(texts(cel('input.items.filter(i, i.|'), 'field')).to.deep.equal(['sku', 'price']);
    expect(texts(cel('input.items.map(i, |)'), 'name')).to.include('i');
  });

  it('lists offer loops and the functions that take a list', () => {
    expect(texts(cel('input.items.|'), 'function')).to.include.members(['filter', 'size', 'sortBy']);
    expect(texts(cel('input.kind.|'), 'function'))
      .to.include('upper')
      .and.not.include('filter');
  });

  it('the values of an enumeration come behind a comparison, quoted as needed', () => {
    expect(texts(cel('input.kind == |'), 'value')).to.deep.equal(['"bug"', '"feature"']);
    expect(texts(cel('input.kind != "b|'))).to.deep.equal(['bug', 'feature']);
    expect(cel('input.kind == "b|ug"')).to.include({ start: 15, end: 18 });
    expect(texts(cel("input.kind in ['|']"))).to.deep.equal(['bug', 'feature']);
    expect(texts(cel('run.id == "|"'))).to.deep.equal([]);
  });
});

describe('offers in a template', () => {
  it('there are none outside of braces', () => {
    expect(template('Dear |')).to.equal(undefined);
    expect(template('{{input.kind}} |')).to.equal(undefined);
    expect(template('${{ |')).to.equal(undefined);
  });

  it('names and helpers come where a mustache begins, fields behind a dot', () => {
    expect(texts(template('{{|'), 'name')).to.deep.equal(['input', 'run']);
    expect(texts(template('{{|}}'), 'helper')).to.include('quote');
    expect(texts(template('{{quote input.|}} and {{more'), 'field')).to.deep.equal(['kind', 'note', 'items']);
    expect(texts(template('{{quote |'), 'helper')).to.deep.equal([]);
  });

  it('inside of each the fields of an item come', () => {
    expect(texts(template('{{#each input.items}}- {{|'), 'name')).to.deep.equal(['sku', 'price']);
    const named = '{{#each input.items as |item|}}{{item.';
    expect(texts(templateOffers(named, named.length, scope), 'field')).to.deep.equal(['sku', 'price']);
    expect(texts(template('{{#each input.items}}{{this.|}}{{/each}}'), 'field')).to.deep.equal([
      'sku',
      'price',
    ]);
    expect(texts(template('{{#each input.items}}{{@|}}{{/each}}'))).to.include('@index');
  });

  it('blocks, their ends and partials are offered', () => {
    expect(texts(template('{{#|'))).to.include.members(['if', 'each']);
    expect(texts(template('{{#if input.note}}x{{/|'))).to.deep.equal(['if']);
    expect(texts(template('{{> |'))).to.deep.equal(['header']);
    expect(texts(template('{{#each input.|'), 'field')).to.include('items');
  });
});

describe('what stands at a place', () => {
  const at = (text: string): ReturnType<typeof celPartAt> =>
    celPartAt(text.replace('|', ''), text.indexOf('|'), scope);

  it('a name of an expression has its type and its path', () => {
    const part = at('input.ki|nd == "bug"');
    expect(part).to.deep.include({ start: 6, end: 10, path: ['input', 'kind'] });
    expect(describeType(part?.type ?? { kind: 'dyn' })).to.equal('"bug" | "feature"');
  });

  it('a function is explained', () => {
    expect(at('si|ze(input.items)')?.word?.form).to.equal('size(value)');
    expect(at('input.items.fil|ter(i, true)')?.word?.form).to.equal('list.filter(item, condition)');
  });

  it('a name inside of each has its type', () => {
    const text = '{{#each input.items}}{{price}}{{/each}}';
    const part = templatePartAt(text, text.indexOf('price') + 1, scope);
    expect(part?.type).to.deep.equal({ kind: 'number' });
    expect(part?.path).to.equal(undefined);
  });

  it('helpers and partials of a template are told apart', () => {
    expect(templatePartAt('{{quote input.kind}}', 4, scope)?.word?.name).to.equal('quote');
    expect(templatePartAt('{{#each input.items}}{{/each}}', 4, scope)?.word?.name).to.equal('each');
    expect(templatePartAt('{{> header}}', 6, scope)?.partial).to.equal('header');
  });
});

describe('a type written out', () => {
  it('short maps stand on one line, long ones have a line for each field', () => {
    expect(describeType(scope.types.fields.get('run')?.type ?? { kind: 'dyn' })).to.equal('{ id?: string }');
    expect(describeType(scope.types.fields.get('input')?.type ?? { kind: 'dyn' })).to.equal(
      [
        '{',
        '  kind: "bug" | "feature"',
        '  note?: string',
        '  items: { sku: any, price: number }[]',
        '}',
      ].join('\n'),
    );
  });

  it('the ways a step may end are one map, and what an open map may hold besides is left out', () => {
    const ended = typeFromSchema({
      oneOf: [
        {
          type: 'object',
          required: ['status', 'output'],
          properties: { status: { const: 'ok' }, output: { type: 'number' } },
        },
        {
          type: 'object',
          required: ['status', 'output'],
          properties: { status: { const: 'bad' }, output: { type: 'null' } },
        },
      ],
    });
    expect(describeType(ended)).to.equal('{ status: "ok" | "bad", output: number | null }');
    const open = typeFromSchema({
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'string' } },
      additionalProperties: true,
    });
    expect(describeType(open)).to.equal('{ a: string }');
    expect(describeType(typeFromSchema({ type: 'object' }))).to.equal('{ [any]: any }');
  });

  it('what is deep or wide is cut', () => {
    const deep = typeFromSchema({
      type: 'array',
      items: {
        type: 'object',
        required: ['a'],
        properties: { a: { type: 'object', properties: { b: { type: 'string' } } } },
      },
    });
    expect(describeType(deep, { depth: 2 })).to.equal('{ a: { … } }[]');
    const wide = typeFromSchema({ enum: ['a', 'b', 'c', 'd'] });
    expect(describeType(wide, { width: 2 })).to.equal('"a" | "b" | …');
  });
});

describe('the words of the languages', () => {
  it('every function and helper says what it does', () => {
    for (const { name, about } of [...functionWords.values(), ...helperWords.values()])
      expect(about, name).to.match(/^\S.*\.$/);
  });
});
