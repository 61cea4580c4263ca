import { Ajv } from 'ajv';
import { expect } from 'chai';
import fc from 'fast-check';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderSvg } from '../../engine/cli/render-svg.ts';
import { analyze } from '../../engine/compile.ts';
import { drawWorkflow, toDot, toGraphJson, toMermaid, type Diagram } from '../../engine/graph/index.ts';
import type { Workflow } from '../../engine/program/workflow.ts';
import { programOf } from '../fakes/project.ts';
import { mermaidFaults } from './mermaid-grammar.ts';
import { xmlFaults } from './xml-grammar.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const everyVerb = join(root, 'test/graph/every-verb');
const golden = join(root, 'test/graph/fixtures');

const formats: Readonly<Record<string, (diagram: Diagram) => string | Promise<string>>> = {
  mmd: toMermaid,
  dot: toDot,
  json: toGraphJson,
  svg: (diagram) => renderSvg(toDot(diagram)),
};

const ajv = new Ajv({ strict: true, strictRequired: false });
const isGraph = ajv.compile(
  JSON.parse(readFileSync(join(root, 'specs/formats/graph.schema.json'), 'utf8')) as object,
);

/** `UPDATE=1` writes the expected drawings anew; read the difference before you commit it. */
describe('drawings of workflows', function () {
  this.timeout(120_000);

  for (const [format, write] of Object.entries(formats)) {
    it(`of every verb are as expected as ${format}`, async () => {
      const { workflows } = await programOf(everyVerb);
      const text = await write(drawWorkflow(workflows['everything'] as Workflow));
      const file = join(golden, `everything.${format}`);
      mkdirSync(golden, { recursive: true });
      if (process.env['UPDATE'] === '1' || !existsSync(file)) writeFileSync(file, text);
      expect(text).to.equal(readFileSync(file, 'utf8'));
    });
  }

  for (const project of ['test/graph/every-verb', ...below('examples'), ...below('test/golden/ok')]) {
    it(`of ${project} are sound in every format`, async () => {
      const { draft } = await analyze(join(root, project));
      for (const workflow of Object.values(draft.workflows)) await expectSound(drawWorkflow(workflow));
    });
  }

  it('show every step once, at its place in the file', async () => {
    const { workflows } = await programOf(everyVerb);
    const workflow = workflows['everything'] as Workflow;
    const { nodes, groups } = drawWorkflow(workflow);
    const text = readFileSync(join(everyVerb, workflow.origin.file), 'utf8');
    const ids = [...text.matchAll(/^ *- id: (\w+)$/gm)].map(([, id]) => id);
    const blocks = groups.filter(({ kind }) => kind !== 'lane' && kind !== 'catch');
    const steps = nodes.filter(({ kind }) => kind === 'step');
    expect([...steps, ...blocks].map(({ title }) => title).sort()).to.deep.equal(ids.sort());
    for (const { title, origin } of [...steps, ...blocks])
      expect(text.slice(origin?.range.start.offset)).to.match(new RegExp(`^(- )?id: ${title}\\n`));
  });

  it('have no step that no way leads to', async () => {
    const { workflows } = await programOf(everyVerb);
    const { nodes, edges } = drawWorkflow(workflows['everything'] as Workflow);
    const reached = new Set(['(start)']);
    for (let size = 0; size < reached.size;) {
      size = reached.size;
      for (const { from, to } of edges) if (reached.has(from)) reached.add(to);
    }
    expect(nodes.map(({ id }) => id).filter((id) => !reached.has(id))).to.deep.equal([]);
  });

  it('hold any text without breaking', async () => {
    const { workflows } = await programOf(everyVerb);
    const plain = workflows['everything'] as Workflow;
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.constantFrom(...hostile),
    );
    await fc.assert(
      fc.asyncProperty(texts, texts, texts, (id, condition, description) => {
        const named = withTexts(plain, { id, condition, description });
        return expectSound(drawWorkflow(named));
      }),
      { numRuns: 40 },
    );
  });

  it('of one in TypeScript are a single box', async () => {
    const { workflows } = await programOf(everyVerb);
    const workflow: Workflow = {
      ...(workflows['other'] as Workflow),
      name: 'coded',
      module: '/p/coded.ts',
      steps: [],
    };
    const { nodes, edges } = drawWorkflow(workflow);
    expect(nodes.map(({ title }) => title)).to.deep.equal(['start', 'coded', 'end']);
    expect(edges).to.have.length(2);
  });

  it('of a thousand steps take a moment', async () => {
    const { workflows } = await programOf(everyVerb);
    const workflow = workflows['other'] as Workflow;
    const [step] = workflow.steps;
    if (step === undefined) throw new Error('no step');
    const steps = Array.from({ length: 1000 }, (_, index) => ({
      ...step,
      id: `s${index}`,
      path: `s${index}`,
    }));
    await expectSound(drawWorkflow({ ...workflow, steps }), { svg: false });
  });
});

const hostile = [
  '"',
  '\\',
  '\\"',
  'a\\',
  '"]; a -> b; "',
  '<b>x</b>',
  '&lt;',
  '&#0;',
  '-->|x|',
  'end',
  '%%{init: {}}%%',
  '`**x**`',
  'style a:#fff;',
  'classDef b:c#d;',
  'https://example.com/?a=b&c=d',
  '- a list',
  '1. a list',
  '[x](y)',
  '$$x$$',
  '\u0000\u001b[2J\u2028',
  '\ud800',
  'שלום 日本語 🎉',
  '<!-- ]]> -->',
  '#quot;',
  '{{x}}',
];

/** The workflow with these texts in every step. */
function withTexts(
  workflow: Workflow,
  texts: { readonly id: string; readonly condition: string; readonly description: string },
): Workflow {
  const { id, condition, description } = texts;
  const replace = (value: unknown, key = ''): unknown => {
    if (Array.isArray(value)) return value.map((item) => replace(item));
    if (key === 'origin' || typeof value !== 'object' || value === null)
      return ['id', 'path', 'name', 'as', 'agent', 'tool', 'code'].includes(key) && typeof value === 'string'
        ? id
        : key === 'source' && typeof value === 'string'
          ? condition
          : value;
    return Object.fromEntries(Object.entries(value).map(([inner, each]) => [inner, replace(each, inner)]));
  };
  const { steps } = workflow;
  return { ...workflow, name: id, description, steps: replace(steps) as Workflow['steps'] };
}

async function expectSound(diagram: Diagram, { svg = true }: { readonly svg?: boolean } = {}): Promise<void> {
  const { nodes, groups, edges } = diagram;
  const ids = [...nodes, ...groups].map(({ id }) => id);
  expect(new Set(ids).size).to.equal(ids.length);
  const known = new Set(nodes.map(({ id }) => id));
  for (const { from, to } of edges) expect([known.has(from), known.has(to)]).to.deep.equal([true, true]);
  expect(mermaidFaults(toMermaid(diagram))).to.deep.equal([]);
  const graph: unknown = JSON.parse(toGraphJson(diagram));
  expect(isGraph(graph), ajv.errorsText(isGraph.errors)).to.equal(true);
  if (!svg) return;
  // Graphviz refuses DOT with a fault.
  const drawn = await renderSvg(toDot(diagram));
  expect(xmlFaults(drawn)).to.deep.equal([]);
  expect(drawn.match(/<g id="node\d+"/g) ?? []).to.have.length(nodes.length);
  expect(drawn.match(/<g id="edge\d+"/g) ?? []).to.have.length(edges.length);
}

function below(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`);
}
