import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { packageUrl } from '../core/package-url.ts';
import type { Level } from '../core/diagnostic.ts';

/** What `specs/rules/<family>/<rule>.md` says of a rule. */
export interface RulePage {
  /** `family/what`. */
  readonly rule: string;
  /** Level of its findings: the line `Level: …` of the page, `error` without one. */
  readonly level: Level;
  /** First sentence: what is wrong when the rule finds something. */
  readonly summary: string;
  /** The whole page, as Markdown. */
  readonly text: string;
  /** Absolute path of the page. */
  readonly path: string;
}

const folder = fileURLToPath(new URL('specs/rules/', packageUrl));

/** The pages of all rules, ordered by rule. */
export async function readRulePages(): Promise<readonly RulePage[]> {
  const files = await readdir(folder, { recursive: true });
  const rules = files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length));
  return Promise.all(rules.sort().map(readPage));
}

async function readPage(rule: string): Promise<RulePage> {
  const path = `${folder}${rule}.md`;
  const text = (await readFile(path, 'utf8')).replaceAll('\r\n', '\n');
  const said = /^Level: (error|warning|info)$/m.exec(text)?.[1] as Level | undefined;
  const [, first = ''] = text
    .replace(/^Level: .*\n+/m, '')
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll('\n', ' ').trim());
  return { rule, level: said ?? 'error', summary: firstSentence(first), text, path };
}

/** Up to the first full stop before a capital letter or a quoted word; dots inside words and code stay. */
function firstSentence(paragraph: string): string {
  return /^.*?\.(?= [A-Z`"]|$)/.exec(paragraph)?.[0] ?? paragraph;
}
