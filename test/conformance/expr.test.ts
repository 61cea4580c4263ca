import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { Json, JsonSchema } from '../../engine/core/json.ts';
import { Problem } from '../../engine/core/problem.ts';
import {
  compileSchema,
  describeFaults,
  parseExpression,
  parseTemplate,
  readsOf,
  schemaFaults,
  templateReads,
  type Read,
  type Scope,
} from '../../engine/expr/index.ts';

interface Fault {
  readonly rule?: string;
  readonly message?: string;
  readonly at?: string;
}

interface ExpressionCase extends Fault {
  readonly expr: string;
  readonly gives?: Json;
  readonly fails?: string;
  readonly reads?: readonly string[];
}

interface TemplateCase extends Fault {
  readonly template: string;
  readonly gives?: string;
  readonly fails?: string;
  readonly reads?: readonly string[];
}

describe('the expression language, by its tables', () => {
  const values = table<{ scope: Scope; cases: readonly ExpressionCase[] }>('values');
  for (const { expr, fails, ...rest } of values.cases) {
    it(`${expr} ${fails === undefined ? `gives ${JSON.stringify(rest.gives)}` : `fails: ${fails}`}`, () => {
      const { expression, faults } = parseExpression(expr);
      expect(faults).to.deep.equal([]);
      const evaluate = (): Json | undefined => expression?.evaluate(values.scope);
      if (fails === undefined) expect(evaluate()).to.deep.equal(rest.gives);
      else expect(problemOf(evaluate)).to.deep.equal({ type: 'expression_failed', message: fails });
    });
  }

  for (const { expr, rule, message, at } of table<{ cases: readonly ExpressionCase[] }>('faults').cases) {
    it(`${expr} is refused: ${message ?? ''}`, () => {
      const { expression, faults } = parseExpression(expr);
      expect(expression).to.equal(undefined);
      expect(faults.map((fault) => marked(fault, expr))).to.deep.equal([{ rule, message, at }]);
    });
  }

  for (const { expr, reads } of table<{ cases: readonly ExpressionCase[] }>('reads').cases) {
    it(`${expr} reads ${reads?.join(', ') ?? ''}`, () => {
      const { expression } = parseExpression(expr);
      expect((expression === undefined ? [] : readsOf(expression)).map(pathOf)).to.deep.equal(reads);
    });
  }
});

describe('the template language, by its table', () => {
  const { scope, partials, cases } = table<{
    scope: Scope;
    partials: Readonly<Record<string, string>>;
    cases: readonly TemplateCase[];
  }>('templates');
  for (const { template: source, gives, fails, reads, rule, message, at } of cases) {
    it(`${JSON.stringify(source)} ${rule === undefined ? (fails ?? 'renders') : `is refused: ${message ?? ''}`}`, () => {
      const { template, faults } = parseTemplate(source, { partials });
      expect(faults.map((fault) => marked(fault, source))).to.deep.equal(rule === undefined ? [] : [{ rule, message, at }]);
      if (template === undefined) return;
      if (fails === undefined) expect(template.render(scope)).to.equal(gives);
      else expect(problemOf(() => template.render(scope))).to.deep.equal({ type: 'template_failed', message: fails });
      if (reads !== undefined) expect(templateReads(template).map(pathOf)).to.deep.equal(reads);
    });
  }
});

describe('schema checks, by their table', () => {
  const { cases, invalid } = table<{
    cases: readonly { schema: JsonSchema; value: Json; says: string }[];
    invalid: readonly { schema: JsonSchema; faults: readonly string[] }[];
  }>('schemas');
  for (const { schema, value, says } of cases) {
    it(`${JSON.stringify(value)} against ${JSON.stringify(schema)}: ${says || 'fits'}`, () => {
      expect(schemaFaults(schema)).to.deep.equal([]);
      expect(describeFaults(compileSchema(schema).check(value).faults)).to.equal(says);
    });
  }
  for (const { schema, faults } of invalid) {
    it(`the schema ${JSON.stringify(schema)} has ${faults.length} faults`, () => {
      expect(schemaFaults(schema).map((fault) => describeFaults([fault]))).to.deep.equal(faults);
    });
  }
});

function table<Table>(name: string): Table {
  return parse(readFileSync(new URL(`./expr/${name}.yaml`, import.meta.url), 'utf8')) as Table;
}

function marked(fault: { rule: string; message: string; start: number; end: number }, source: string): Fault {
  return { rule: fault.rule, message: fault.message, at: source.slice(fault.start, fault.end) };
}

function pathOf({ path, guarded }: Read): string {
  return path.join('.') + (guarded ? '?' : '');
}

function problemOf(run: () => unknown): unknown {
  try {
    return { returned: run() };
  } catch (error) {
    return error instanceof Problem ? error.toData() : error;
  }
}
