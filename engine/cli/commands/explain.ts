import type { Level } from '../../core/diagnostic.ts';
import { Problem } from '../../core/problem.ts';
import { suggest } from '../../core/suggest.ts';
import { adjustmentOf } from '../../rules/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { colorPage } from '../report/color-page.ts';
import { table } from '../report/table.ts';
import { readRulePages, type RulePage } from '../rule-pages.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine explain`. */
export interface ExplainOptions {
  readonly json?: boolean;
}

/**
 * Prints the page of a rule, given as `family/what` or as `what` alone when it is the only one; the rules of a family; or all rules.
 * Throws Problem `not_found` for anything else.
 */
export async function explain(
  word: string | undefined,
  { json = false }: ExplainOptions,
  { out }: Terminal,
): Promise<number> {
  const pages = await readRulePages();
  const page = word === undefined ? undefined : pageOf(pages, word);
  if (page !== undefined) {
    const { adjustable, preset } = adjustmentOf(page.rule);
    if (json) out.line(JSON.stringify({ ...page, adjustable, preset }, null, 2));
    else out.write(colorPage(`${page.text}\n${settingOf(page.rule, page.level)}`, out.colors));
    return exitCodes.ok;
  }
  const listed = word === undefined ? pages : pages.filter(({ rule }) => rule.split('/').includes(word));
  if (listed.length === 0) {
    throw new Problem('not_found', `no rule "${word ?? ''}"${hint(word ?? '', pages)}`);
  }
  if (json) {
    const rules = listed.map(({ rule, level, summary }) => ({
      rule,
      level,
      summary,
      ...adjustmentOf(rule),
    }));
    out.line(JSON.stringify({ rules }, null, 2));
  } else {
    const rows = listed.map(({ rule, level, summary }) => [
      rule,
      adjustmentOf(rule).preset === 'strict' ? `${level} (strict)` : level,
      summary,
    ]);
    out.line(table([['RULE', 'LEVEL', 'WHAT IT FINDS'], ...rows]));
  }
  return exitCodes.ok;
}

/** How the rule is set, which its page does not say. */
function settingOf(rule: string, level: Level): string {
  const { adjustable, preset } = adjustmentOf(rule);
  if (!adjustable) return '## Setting\n\nIt is always an error: nothing runs with what it finds.\n';
  const start =
    preset === 'strict'
      ? `It is off unless the config asks for it, with \`preset: strict\` or a level of its own (\`${level}\` by \`strict\`).`
      : `Its level is \`${level}\`.`;
  return `## Setting

${start} A project sets it in its config:

\`\`\`yaml
rules:
  ${rule}: ${preset === 'strict' ? level : 'off'} # error, warning, info or off
\`\`\`

A single finding is hidden by a comment with a reason, above it or at the end of its line:

\`\`\`yaml
# engine-ignore ${rule}: <reason>
\`\`\`
`;
}

function pageOf(pages: readonly RulePage[], word: string): RulePage | undefined {
  const exact = pages.find(({ rule }) => rule === word);
  if (exact !== undefined) return exact;
  const [first, second] = pages.filter(({ rule }) => rule.endsWith(`/${word}`));
  return second === undefined ? first : undefined;
}

/** The likely rule, also when the family is missing; there are too many to list. */
function hint(word: string, pages: readonly RulePage[]): string {
  const rules = pages.map(({ rule }) => rule);
  const [near] = suggest(word, rules);
  const [end] = suggest(word, new Set(rules.flatMap((rule) => rule.split('/').slice(1))));
  const meant = near ?? rules.find((rule) => rule.endsWith(`/${end ?? ''}`));
  return meant === undefined ? '; "engine explain" lists all' : `; did you mean "${meant}"?`;
}
