import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rules } from '../../engine/rules/index.ts';
import { findingsOf } from '../fakes/project.ts';

const pages = fileURLToPath(new URL('../../specs/rules/', import.meta.url));

/** What the samples of the pages refer to. */
const around = {
  'src/tools/refund.yaml': `description: Gives money back.
type: http
inputSchema: { type: object, properties: { amount: { type: number } } }
annotations: { destructiveHint: true }
request: { method: POST, url: 'http://localhost/refunds' }
`,
};

describe('rules: pages', () => {
  it('every rule has a page, and every page a rule', () => {
    const files = readdirSync(pages, { recursive: true, encoding: 'utf8' });
    const ids = files
      .filter((file) => file.endsWith('.md'))
      .map((file) => file.replaceAll('\\', '/').slice(0, -3));
    expect(ids.sort()).to.deep.equal(rules.map(({ id }) => id).sort());
  });

  for (const { id, level } of rules) {
    it(`the bad sample of ${id} gives this rule and nothing else, the good sample nothing`, async () => {
      const page = readFileSync(`${pages}${id}.md`, 'utf8');
      const bad = await findingsOf({ ...around, 'src/workflows/sample.yaml': sampleOf(page, 'Bad') });
      expect(bad.map((line) => line.split(' ').slice(1, 3).join(' '))).to.deep.equal([`${level} ${id}`]);
      expect(bad[0]).to.match(/^src\/workflows\/sample\.yaml:\d+:\d+ /);
      expect(
        await findingsOf({ ...around, 'src/workflows/sample.yaml': sampleOf(page, 'Good') }),
      ).to.deep.equal([]);
    });
  }

  it('a rule looks into every block', async () => {
    const findings = await findingsOf({
      ...around,
      'src/workflows/deep.yaml': `inputSchema: { type: array, maxItems: 3 }
steps:
  - id: outer
    parallel:
      branches:
        side:
          - id: each
            foreach: { items: input, maxItems: 3 }
            steps:
              - id: pick
                branch:
                  - else: true
                    steps:
                      - id: around
                        loop: { until: 'true', maxIterations: 2 }
                        steps:
                          - { id: pay, tool: refund }
    catch:
      - steps:
          - { id: stop, fail: it failed }
          - { id: late, log: never }
`,
    });
    expect(findings).to.deep.equal([
      'src/workflows/deep.yaml:17:29 error type/no-idempotency-key tool "refund" is destructive; give the step an "idempotencyKey" so that a resumed run cannot repeat it',
      'src/workflows/deep.yaml:21:13 error graph/unreachable-step step "late" never runs: step "stop" before it always ends the run',
    ]);
  });
});

function sampleOf(page: string, heading: string): string {
  const found = new RegExp(`## ${heading}\\n+\`\`\`yaml\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
  if (found === undefined) throw new Error(`the page has no sample "${heading}"`);
  return found;
}
