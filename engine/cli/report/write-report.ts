import picocolors from 'picocolors';
import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Analyzed, FindingsParts } from '../../findings/index.ts';
import type { Colors, Terminal } from '../terminal.ts';
import { writeAtomically } from '../write-atomically.ts';
import { explainHint } from './explain-hint.ts';
import { figures, unavailableLine } from './summary.ts';
import type { Format, Target } from './target.ts';

/** What a report is made of. */
export interface Report extends FindingsParts {
  readonly analyzed: Analyzed;
  /** The last line for people. */
  readonly line: string;
  fails(diagnostic: Diagnostic): boolean;
}

/** Writes a report to each target: findings to stdout and files, what is only for people around them to stderr. */
export async function writeReport(
  report: Report,
  targets: readonly Target[],
  { out, err }: Terminal,
): Promise<void> {
  const { shown, ok, analyzed, line } = report;
  const isMissing = shown.some(({ rule }) => rule === 'source/no-project');
  for (const { format, file } of targets) {
    const isForPeople = format === 'codeframe' || format === 'stylish';
    if (file !== undefined) {
      const text = await textOf(format, report, picocolors.createColors(false));
      const parts = [text, ...(isForPeople ? [line] : [])].filter((part) => part !== '');
      await writeAtomically(file, `${parts.join('\n')}\n`);
      continue;
    }
    const text = await textOf(format, report, out.colors);
    if (text !== '') out.line(text);
    if (!isForPeople) {
      if (format !== 'json' && format !== 'jsonl') err.line(line);
      continue;
    }
    out.line(ok ? out.colors.green(line) : out.colors.red(line));
    if (isMissing) continue;
    const counts = analyzed.program === undefined ? undefined : figures(analyzed);
    for (const note of [counts, unavailableLine(analyzed)])
      if (note !== undefined && note !== '') err.line(err.colors.dim(note));
    if (shown.length > 0) err.line(err.colors.dim(explainHint(shown)));
  }
}

async function textOf(format: Format, report: Report, colors: Colors): Promise<string> {
  const { shown, project, analyzed, fails } = report;
  const texts = new Map(analyzed.sources.map(({ file, text }) => [file, text]));
  switch (format) {
    case 'codeframe':
      return (await import('./codeframe.ts')).codeFrames(shown, { project, texts, colors });
    case 'stylish':
      return (await import('./stylish.ts')).stylishReport(shown, { project, colors });
    case 'json':
      return (await import('./json.ts')).jsonReport(analyzed, report);
    case 'jsonl':
      return (await import('./json.ts')).jsonLines(analyzed, report);
    case 'sarif':
      return (await import('./sarif.ts')).sarifReport(shown, { project, texts });
    case 'junit':
      return (await import('./junit.ts')).junitReport(shown, { project, fails });
    case 'github':
      return (await import('./github.ts')).githubReport(shown, { project });
    case 'markdown':
      return (await import('./markdown.ts')).markdownReport(shown, { project });
    case 'agent':
      return (await import('./agent-lines.ts')).agentLines(shown, { project, texts });
  }
}
