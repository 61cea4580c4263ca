import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { compile } from '../../engine/compile.ts';
import { projectOf } from '../fakes/project.ts';

interface Case {
  readonly title?: string;
  readonly expr?: string;
  readonly if?: string;
  readonly text?: string;
  readonly steps?: readonly unknown[];
  readonly found?: readonly string[];
}

const file = new URL('./expr/narrowing.yaml', import.meta.url);
const { input, ...groups } = parse(readFileSync(file, 'utf8')) as Readonly<Record<string, readonly Case[]>>;
const around = {
  'src/agents/judge.yaml': 'description: Judges.\nmodel: openai/gpt-5.5\n',
  'src/tools/pay.yaml': `description: Pays.
type: http
outputSchema: { type: object, required: [id], properties: { id: { type: string } } }
request: { method: POST, url: 'http://localhost/pay' }
`,
};

for (const [group, cases] of Object.entries(groups)) {
  describe(`what conditions tell: ${group}`, () => {
    for (const each of cases) {
      const asked = [each.if === undefined ? '' : `if ${each.if}: `, each.title ?? each.expr ?? each.text].join('');
      it(`${asked} ${each.found === undefined ? 'is fine' : 'is found'}`, async () => {
        expect(await foundIn(each)).to.deep.equal(each.found ?? []);
      });
    }
  });
}

async function foundIn({ expr, if: condition, text, steps }: Case): Promise<string[]> {
  const step = {
    id: 'it',
    ...(condition === undefined ? {} : { if: condition }),
    ...(text === undefined ? { set: { value: `\${{ ${expr ?? ''} }}` } } : { log: text }),
  };
  const folder = projectOf({
    ...around,
    'src/workflows/flow.yaml': stringify({ inputSchema: input, steps: steps ?? [step] }),
  });
  const { diagnostics } = await compile(folder);
  const source = readFileSync(join(folder, 'src/workflows/flow.yaml'), 'utf8');
  return diagnostics.map(({ rule, range }) => {
    const marked = range === undefined ? '' : source.slice(range.start.offset, range.end.offset);
    return `${rule} at ${marked}`;
  });
}
