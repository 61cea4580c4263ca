import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, parseDocument } from 'yaml';
import { compile } from '../../engine/compile.ts';
import type { JsonSchema } from '../../engine/core/json.ts';
import {
  nameOfType,
  parseExpression,
  parseTemplate,
  typedTemplate,
  typeFromSchema,
  typeOfExpression,
  typeScope,
} from '../../engine/expr/index.ts';
import { projectOf } from '../fakes/project.ts';

/*
 * The types, by their tables. `UPDATE=1 npx mocha test/conformance/type.test.ts` writes what is found now into the tables; read
 * the difference before you commit it.
 */

interface ExpressionCase {
  readonly expr: string;
  readonly type: string;
  readonly finds?: readonly string[];
}

interface TemplateCase {
  readonly template: string;
  readonly finds?: readonly string[];
}

interface WorkflowCase {
  readonly title: string;
  readonly steps: string;
  readonly more?: string;
  readonly finds?: readonly string[];
}

interface Fault {
  readonly rule: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

const isUpdate = process.env['UPDATE'] === '1';
const expressions = table<{ scope: Record<string, JsonSchema>; cases: readonly ExpressionCase[] }>('expressions');
const scope = typeScope(
  Object.fromEntries(Object.entries(expressions.scope).map(([name, schema]) => [name, typeFromSchema(schema)])),
);

describe('the types of expressions, by their table', () => {
  const update = updaterOf('expressions');
  expressions.cases.forEach(({ expr, type, finds = [] }, index) => {
    it(`${expr} is ${type}${finds.length === 0 ? '' : ', with findings'}`, () => {
      const { expression } = parseExpression(expr);
      if (expression === undefined) throw new Error('it cannot be parsed');
      const found = typeOfExpression(expression, scope);
      const now = { type: nameOfType(found.type), finds: found.faults.map((fault) => lineOf(fault, expr)) };
      if (isUpdate) update(index, now);
      else expect(now).to.deep.equal({ type, finds });
    });
  });
});

describe('the types of templates, by their table', () => {
  const update = updaterOf('templates');
  table<{ cases: readonly TemplateCase[] }>('templates').cases.forEach(({ template: source, finds = [] }, index) => {
    it(`${source} ${finds.length === 0 ? 'is right' : 'has findings'}`, () => {
      const { template, faults } = parseTemplate(source);
      const found = template === undefined ? faults : typedTemplate(template, scope).faults;
      const now = found.map((fault) => lineOf(fault, source));
      if (isUpdate) update(index, { finds: now });
      else expect(now).to.deep.equal(finds);
    });
  });
});

describe('the types across steps, by their table', () => {
  const workflows = table<{ project: Record<string, string>; input: string; cases: readonly WorkflowCase[] }>('workflows');
  const file = 'src/workflows/flow.yaml';
  const update = updaterOf('workflows');
  workflows.cases.forEach(({ title, steps, more = '', finds = [] }, index) => {
    it(`${title}: ${finds.length === 0 ? 'nothing' : finds.length} to say`, async () => {
      const folder = projectOf({
        ...workflows.project,
        [file]: `${workflows.input}steps:\n${steps.replace(/^/gm, '  ').trimEnd()}\n${more}`,
      });
      const { diagnostics } = await compile(folder);
      const found = diagnostics.map(({ range, rule, message, file: where }) => {
        const text = readFileSync(join(folder, where), 'utf8');
        return `"${text.slice(range?.start.offset ?? 0, range?.end.offset ?? 0)}" ${rule} ${message}`;
      });
      if (isUpdate) update(index, { finds: found });
      else expect(found).to.deep.equal(finds);
    });
  });
});

/** Takes what is found about the cases of a table now, and writes it when all have been looked at. */
function updaterOf(name: string): (index: number, now: { readonly type?: string; readonly finds: readonly string[] }) => void {
  const updated = parseDocument(textOf(name));
  after(() => {
    if (isUpdate) writeFileSync(new URL(`./type/${name}.yaml`, import.meta.url), updated.toString({ lineWidth: 0 }));
  });
  return (index, { type, finds }) => {
    if (type !== undefined) updated.setIn(['cases', index, 'type'], type);
    if (finds.length === 0) updated.deleteIn(['cases', index, 'finds']);
    else updated.setIn(['cases', index, 'finds'], updated.createNode(finds));
  };
}

function textOf(name: string): string {
  return readFileSync(new URL(`./type/${name}.yaml`, import.meta.url), 'utf8');
}

function table<Table>(name: string): Table {
  return parse(textOf(name)) as Table;
}

function lineOf({ rule, message, start, end }: Fault, source: string): string {
  return `"${source.slice(start, end)}" ${rule}: ${message}`;
}
