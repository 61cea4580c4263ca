import type { Diagnostic, Edit } from '../core/diagnostic.ts';
import type { Range } from '../core/range.ts';
import { commentsOf, type Comment, type Source } from '../source/index.ts';
import { namingFault } from './named-rule.ts';
import type { Rule } from './rule.ts';

/** A comment `engine-ignore`, for one of the rules it names. */
export interface Ignore {
  readonly rule: string;
  readonly source: Source;
  /** Of the whole comment. */
  readonly range: Range;
  /** Line whose findings it hides; undefined for the whole file. */
  readonly line: number | undefined;
  /** What takes it out of the file, when it names no other rule. */
  readonly removal: Edit | undefined;
}

const form = '"engine-ignore <rule>: <reason>"';

/** Reads the ignores of all files. One without a reason, or for a rule that cannot be ignored, is an error and hides nothing. */
export function readIgnores(
  rules: readonly Rule[],
  sources: readonly Source[],
): { readonly ignores: readonly Ignore[]; readonly diagnostics: readonly Diagnostic[] } {
  const ignores: Ignore[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const source of sources) {
    if (!source.text.includes('engine-ignore')) continue;
    for (const comment of commentsOf(source)) {
      const match = /^engine-ignore(-[a-z-]+)?(?![\w-])\s*([^:]*)(?::\s*([\s\S]*))?$/.exec(comment.text);
      if (match === null) continue;
      const [, suffix, names = '', reason = ''] = match;
      const report = (found: Pick<Diagnostic, 'rule' | 'message' | 'suggestions'>): void => {
        diagnostics.push({ ...found, level: 'error', file: source.file, range: comment.range });
      };
      const named = names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '');
      const complaint = malformed(suffix, named, reason);
      if (complaint !== undefined) {
        report({ rule: 'style/ignore-without-reason', message: complaint });
        continue;
      }
      for (const rule of named) {
        const fault = namingFault(rules, rule);
        if (fault !== undefined) {
          report(fault);
          continue;
        }
        const line = suffix === '-file' ? undefined : comment.target;
        const removal = named.length === 1 ? removalOf(comment, source.text) : undefined;
        ignores.push({ rule, source, range: comment.range, line, removal });
      }
    }
  }
  return { ignores, diagnostics };
}

/**
 * Whether an ignore hides a finding: of its rule, in its file, on its line; or in the value of the key on its line, so that a
 * comment above `prompt: |` reaches into the text.
 */
export function hides({ rule, source, line }: Ignore, found: Diagnostic): boolean {
  if (found.rule !== rule || found.file !== source.file) return false;
  if (line === undefined || found.range?.start.line === line) return true;
  const { pointer } = found;
  if (pointer === undefined || pointer === '') return false;
  const isBody = source.body !== undefined && (pointer === '/instructions' || pointer === '/body');
  return !isBody && source.rangeOf(pointer, 'key').start.line === line;
}

function malformed(suffix: string | undefined, named: readonly string[], reason: string): string | undefined {
  if (suffix !== undefined && suffix !== '-file')
    return `"engine-ignore${suffix}" means nothing; write ${form} above or behind what it speaks about`;
  if (named.length === 0) return `the ignore names no rule; write ${form}`;
  if (reason.trim() === '') return `the ignore of "${named.join(', ')}" gives no reason; write ${form}`;
  return undefined;
}

function removalOf({ range, alone }: Comment, text: string): Edit {
  const { start, end } = { start: range.start.offset, end: range.end.offset };
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  if (!alone) return { start: lineStart + text.slice(lineStart, start).trimEnd().length, end, text: '' };
  const lineEnd = text.indexOf('\n', end);
  return { start: lineStart, end: lineEnd === -1 ? text.length : lineEnd + 1, text: '' };
}
