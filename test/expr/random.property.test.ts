import { expect } from 'chai';
import fc from 'fast-check';
import { Problem } from '../../engine/core/problem.ts';
import {
  compileSchema,
  parseExpression,
  parseTemplate,
  parseValue,
  readsOf,
  schemaFaults,
  templateReads,
  valueReads,
} from '../../engine/expr/index.ts';

const runs = { numRuns: 400 };

describe('whatever is written or given', () => {
  const word = fc.constantFrom(
    'a',
    'b',
    'input',
    'size',
    'map',
    'has',
    'default',
    'matches',
    'x',
    '1',
    '2.5',
    '"s"',
    'true',
    'null',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '.',
    ',',
    ':',
    '?',
    '.?',
    '+',
    '-',
    '*',
    '/',
    '%',
    '==',
    '<',
    '&&',
    '||',
    '!',
    'in',
    ' ',
  );
  const expressionText = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.array(word, { maxLength: 14 }).map((words) => words.join('')),
  );
  const tag = fc.constantFrom(
    '{{',
    '}}',
    '{{{',
    '}}}',
    '{{#if a}}',
    '{{else}}',
    '{{/if}}',
    '{{#each a}}',
    '{{/each}}',
    '{{a.b}}',
    '{{this}}',
    '{{json a}}',
    '{{> p}}',
    '{{../a}}',
    '{{@index}}',
    '{{default a "x"}}',
    '{{!',
    '--}}',
    '\\',
    '\n',
    'text',
    '~',
    '#',
    'as |i|',
    '(',
    ')',
  );
  const templateText = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.array(tag, { maxLength: 10 }).map((tags) => tags.join('')),
  );
  const scope = fc.record({ a: fc.jsonValue(), b: fc.jsonValue(), input: fc.jsonValue() });

  it('expressions parse or have faults inside their source, and evaluate to JSON or a Problem', () => {
    fc.assert(
      fc.property(expressionText, scope, (source, names) => {
        const { expression, faults } = parseExpression(source);
        expect(expression === undefined).to.equal(faults.length > 0);
        for (const { start, end } of faults) inside(start, end, source);
        if (expression === undefined) return;
        for (const { start, end } of readsOf(expression)) inside(start, end, source);
        jsonOrProblem(() => expression.evaluate(names));
      }),
      runs,
    );
  });

  it('templates parse or have faults inside their source, and render to text or a Problem', () => {
    fc.assert(
      fc.property(templateText, scope, (source, names) => {
        const { template, faults } = parseTemplate(source, { partials: { p: '{{a}}' } });
        expect(template === undefined).to.equal(faults.length > 0);
        for (const { start, end } of faults) inside(start, end, source);
        if (template === undefined) return;
        for (const { start, end } of templateReads(template)) inside(start, end, source);
        jsonOrProblem(() => template.render(names));
      }),
      runs,
    );
  });

  it('values parse, and evaluate to JSON or a Problem', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          expressionText.map((text) => ({ k: [`\${{${text}}}`] })),
        ),
        scope,
        (json, names) => {
          const { value } = parseValue(json as never);
          expect(valueReads(value)).to.be.an('array');
          jsonOrProblem(() => value.evaluate(names));
        },
      ),
      runs,
    );
  });

  it('schemas have faults or check every value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (schema, value) => {
        const checked = schemaFaults(schema).length === 0;
        if (checked) expect(compileSchema(schema as never).check(value).faults).to.be.an('array');
      }),
      runs,
    );
  });

  it('text that is quoted, printed or written as JSON comes out whole', () => {
    const { template } = parseTemplate('{{x}}|{{json x}}|{{quote x}}');
    fc.assert(
      fc.property(fc.string(), (x) => {
        const text = template?.render({ x }) ?? '';
        expect(text.startsWith(`${x}|${JSON.stringify(x)}|\`\`\``)).to.equal(true);
        expect(text.includes(`text\n${x}`)).to.equal(true);
      }),
      runs,
    );
  });
});

function inside(start: number, end: number, source: string): void {
  expect(start).to.be.within(0, source.length);
  expect(end).to.be.within(start, source.length);
}

function jsonOrProblem(run: () => unknown): void {
  try {
    const value = run();
    expect(JSON.parse(JSON.stringify(value))).to.deep.equal(
      value === undefined ? null : JSON.parse(JSON.stringify(value)),
    );
    expect(value).to.not.equal(undefined);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.code).to.be.oneOf(['expression_failed', 'template_failed']);
  }
}
