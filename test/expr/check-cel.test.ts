import { expect } from 'chai';
import { functions } from '../../engine/expr/cel-functions.ts';
import { signatures } from '../../engine/expr/cel-signatures.ts';
import { parseExpression, typeFromSchema, typeOfExpression, typeScope } from '../../engine/expr/index.ts';
import { nameOfType } from '../../engine/expr/type-name.ts';

const input = typeFromSchema({
  type: 'object',
  required: ['n', 's', 'state', 'lines', 'shape', 'ok', 'maybe', 'anything', 'map', 'words'],
  properties: {
    n: { type: 'number' },
    s: { type: 'string' },
    state: { enum: ['open', 'closed'] },
    ok: { type: 'boolean' },
    maybe: { type: ['number', 'null'] },
    anything: {},
    map: { type: 'object', additionalProperties: { type: 'number' } },
    note: { type: 'string' },
    words: { type: 'array', items: { type: 'string' } },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        properties: { amount: { type: 'number' }, state: { enum: ['new', 'used'] } },
      },
    },
    shape: {
      oneOf: [
        { type: 'object', properties: { kind: { const: 'circle' }, radius: { type: 'number' } } },
        { type: 'object', properties: { kind: { const: 'text' }, label: { type: 'string' } } },
      ],
    },
  },
});
const scope = typeScope({ input });

function check(source: string): { readonly type: string; readonly faults: readonly string[] } {
  const { expression } = parseExpression(source);
  if (expression === undefined) throw new Error(`${source} does not parse`);
  const { type, faults } = typeOfExpression(expression, scope);
  return {
    type: nameOfType(type),
    faults: faults.map(
      ({ rule, start, end, message }) => `${rule} at ${source.slice(start, end)}: ${message}`,
    ),
  };
}

/** Expressions without a fault, and their types. */
const fine: readonly (readonly [string, string])[] = [
  ['input.n + 1', 'number'],
  ['input.s + input.n', 'string'],
  ['input.anything.any.thing + 1', 'anything'],
  ['input.maybe == null ? 0 : input.maybe', 'number'],
  ['input.maybe != null && input.maybe > 1', 'bool'],
  ['input.maybe > 1 && input.maybe != null', 'bool'],
  ['default(input.maybe, 0)', 'number'],
  ['input.?note.orValue("none")', 'string'],
  ['has(input.note) ? input.note : "none"', 'string'],
  ['input.state == "open" || input.state == "open"', 'bool'],
  ['input.state in ["open", "closed"]', 'bool'],
  ['input.state == "open" ? input.state : "x"', '"open" or "x"'],
  ['input.shape.kind == "circle" ? input.shape.radius + 1 : size(input.shape.label)', 'number'],
  ['input.shape.kind != "circle" ? input.shape.label : "round"', 'string'],
  ['!(input.shape.kind == "circle") ? lower(input.shape.label) : ""', 'string'],
  ['input.lines.map(l, l.amount)', 'list of number'],
  ['input.lines.filter(l, l.state == "new").map(l, l.state)', 'list of "new"'],
  ['input.lines.exists(l, l.amount > 3)', 'bool'],
  ['sum(input.lines.map(l, l.amount)) / 2', 'number'],
  ['sortBy(input.lines, "amount")[0].amount', 'number'],
  ['input.map.whatever + 1', 'number'],
  ['input.map.map(k, k + "!")', 'list of string'],
  ['input.words.join(", ").upper()', 'string'],
  ['"open" in input.lines.map(l, input.state)', 'bool'],
  ['{"a": input.n, "b": [1, 2]}.b[0]', 'number'],
  ['nobody.knows.this', 'anything'],
  ['max(input.n, 3)', 'number'],
  ['parseJson(input.s).x.y', 'anything'],
  ['[].map(x, x.y)', 'list'],
];

/** Expressions with faults. */
const faulty: readonly (readonly [string, ...string[]])[] = [
  ['input.stat', 'ref/unknown-field at stat: no field "stat" in the input; did you mean "state"?'],
  ['input["stat"]', 'ref/unknown-field at "stat": no field "stat" in the input; did you mean "state"?'],
  ['has(input.notte)', 'ref/unknown-field at notte: no field "notte" in the input; did you mean "note"?'],
  [
    'sum(input.lines.map(l, l.amonut))',
    'ref/unknown-field at amonut: no field "amonut" in "l"; did you mean "amount"?',
  ],
  [
    'sortBy(input.lines, "amonut")',
    'ref/unknown-field at "amonut": no field "amonut" in the items of "input.lines"; did you mean "amount"?',
  ],
  [
    'input.lines[0].amoun + input.n',
    'ref/unknown-field at amoun: no field "amoun" in "input.lines[0]"; did you mean "amount"?',
  ],
  [
    'input.shape.kind == "circle" ? input.shape.label : ""',
    'ref/unknown-field at label: no field "label" in "input.shape"; expected one of "kind", "radius"',
  ],
  ['input.s.length', 'expr/type at length: cannot read "length" of "input.s": it is string'],
  [
    'input.state == "opn"',
    'expr/impossible-literal at "opn": "opn" can never equal "open" or "closed"; did you mean "open"?',
  ],
  [
    'input.state in ["open", "closd"]',
    'expr/impossible-literal at "closd": "closd" can never equal "open" or "closed"; did you mean "closed"?',
  ],
  [
    '"nwe" in input.lines.map(l, l.state)',
    'expr/impossible-literal at "nwe": "nwe" can never equal "new" or "used"; did you mean "new"?',
  ],
  ['input.n == "1"', 'expr/impossible-literal at "1": "1" can never equal number'],
  ['input.n == input.s', 'expr/type at input.n == input.s: number and string can never be equal'],
  ['input.n && input.ok', 'expr/not-boolean at input.n: must be true or false, got number'],
  ['!input.s', 'expr/not-boolean at input.s: must be true or false, got string'],
  ['input.s ? 1 : 2', 'expr/not-boolean at input.s: must be true or false, got string'],
  ['input.s * 2', 'expr/type at input.s * 2: cannot use * between string and number'],
  ['input.lines + 1', 'expr/type at input.lines + 1: cannot use + between list and number'],
  ['input.s < 3', 'expr/type at input.s < 3: cannot compare string with number'],
  ['-input.s', 'expr/type at -input.s: cannot negate string'],
  ['1 in input.n', 'expr/not-list at input.n: "in" needs a list or a map on its right, got number'],
  ['input.n.map(x, x)', 'expr/not-list at input.n: "map" needs a list or a map, got number'],
  ['input.words.contains("a")', 'expr/type at input.words: "contains" needs a string, got a list of string'],
  ['sum(input.words)', 'expr/type at input.words: "sum" needs a list of numbers, got a list of string'],
  ['lower(input.n)', 'expr/type at input.n: "lower" needs a string, got number'],
  ['input.words["a"]', 'expr/type at "a": a list is indexed by a number, got string'],
  [
    'input.stat + input.nn',
    'ref/unknown-field at stat: no field "stat" in the input; did you mean "state"?',
    'ref/unknown-field at nn: no field "nn" in the input; did you mean "n"?',
  ],
];

describe('expr: types of CEL', () => {
  for (const [source, type] of fine) {
    it(`${source} is ${type}`, () => {
      expect(check(source)).to.deep.equal({ type, faults: [] });
    });
  }

  for (const [source, ...faults] of faulty) {
    it(`${source} is a fault`, () => {
      expect(check(source).faults).to.deep.equal(faults);
    });
  }

  it('every function has a signature, and every signature a function', () => {
    expect([...signatures.keys()].sort()).to.deep.equal([...functions.keys(), 'default', 'has'].sort());
  });

  it('a long chain of conditions is checked in no time', () => {
    const chain = Array.from({ length: 100 }, (_, index) => `input.n != ${index}`);
    for (const operator of [' || ', ' && ']) {
      const { expression } = parseExpression(chain.join(operator));
      if (expression === undefined) throw new Error('the chain does not parse');
      const start = process.cpuUsage();
      expect(typeOfExpression(expression, scope).faults).to.deep.equal([]);
      expect(process.cpuUsage(start).user / 1000).to.be.below(1_000);
    }
  });
});
