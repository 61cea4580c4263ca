import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readRulePages } from '../../engine/cli/rule-pages.ts';
import { adjustmentOf, rules } from '../../engine/rules/index.ts';
import { findingsOf } from '../fakes/project.ts';
import { findingsIn, sampleOf } from './sample.ts';

const pages = await readRulePages();

describe('rules: pages', () => {
  it('every rule that the engine reports has a page, and every page a rule', () => {
    expect(pages.map(({ rule }) => rule)).to.deep.equal(reportedRules());
  });

  it('what is no error can be turned down', () => {
    for (const { rule, level } of pages)
      if (level !== 'error') expect(adjustmentOf(rule).adjustable, rule).to.equal(true);
  });

  it('a page says the level of its rule', () => {
    for (const { id, level } of rules)
      expect(pages.find(({ rule }) => rule === id)?.level, id).to.equal(level);
  });

  for (const { rule, level, summary, text } of pages) {
    it(`the page of ${rule} says why, what is bad, what is good, and how to fix it`, () => {
      expect(text).to.match(new RegExp(`^# ${rule}\n\n`));
      expect(text.match(/^## .*$/gm)).to.deep.equal(['## Bad', '## Good', '## Fix']);
      expect(summary).to.match(/^[^\n]{10,200}\.$/);
    });

    it(`the bad sample of ${rule} gives this rule and nothing else, the good sample nothing`, async () => {
      const bad = await findingsIn(sampleOf(text, 'Bad'), rule);
      const found = [...new Set(bad.map((finding) => `${finding.level} ${finding.rule}`))];
      expect(found, JSON.stringify(bad, null, 2)).to.deep.equal([`${level} ${rule}`]);
      expect(await findingsIn(sampleOf(text, 'Good'), rule)).to.deep.equal([]);
    });
  }

  it('a rule looks into every block', async () => {
    const findings = await findingsOf({
      'src/tools/refund.yaml': `description: Gives money back.
type: http
inputSchema: { type: object, properties: { amount: { type: number } } }
annotations: { destructiveHint: true }
request: { method: POST, url: 'http://localhost/refunds' }
`,
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

/**
 * The ids of rules in the source of the engine: what who runs a Program may find, every text `'family/what'` left of Program, and `ref/unknown-<what>` of every
 * reference that is looked up by name.
 */
function reportedRules(): string[] {
  const found = new Set<string>(['link/not-available', 'source/bad-module']);
  for (const room of ['source', 'validate', 'link', 'expr', 'rules']) {
    const folder = fileURLToPath(new URL(`../../engine/${room}/`, import.meta.url));
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(folder + file, 'utf8');
      for (const [, id = ''] of text.matchAll(
        /'((?:cost|expr|graph|link|lock|ref|schema|security|skill|source|style|template|type|yaml)\/[a-z-]+)'/g,
      ))
        found.add(id);
      for (const [, what = ''] of text.matchAll(/\b(?:known|pick|referenceOf)\([^;]*?, '([a-z]+)',/g))
        found.add(`ref/unknown-${what}`);
    }
  }
  return [...found].sort();
}
