import type { CommandRule } from '../../program/sandbox.ts';
import type { CommandWord } from './policy-words.ts';

/** An argument, and whether the rule that allows its command names it. */
export interface Argument extends CommandWord {
  /** The rule's pattern says more of it than "any". */
  readonly isNamed: boolean;
  /** The rule's pattern is a single `*`. */
  readonly isOne: boolean;
}

/** The arguments as a rule sees them; undefined where it does not fit them. */
export function fitRule(rule: CommandRule, words: readonly CommandWord[]): readonly Argument[] | undefined {
  const { args } = rule;
  if (args === undefined) return words.map((word) => ({ ...word, isNamed: false, isOne: false }));
  const isOpen = args.at(-1) === '**';
  const patterns = isOpen ? args.slice(0, -1) : args;
  if (words.length < patterns.length || (!isOpen && words.length > patterns.length)) return undefined;
  const fitted: Argument[] = [];
  for (const [index, word] of words.entries()) {
    const pattern = patterns[index] ?? '**';
    const isAny = /^\*+$/.test(pattern);
    if (!isAny && (word.text === undefined || !fitsPattern(pattern, word.text))) return undefined;
    // A word that becomes several would move those after it under other patterns.
    if (index < patterns.length && word.text === undefined && (word.splits || word.isPattern))
      return undefined;
    fitted.push({ ...word, isNamed: !isAny, isOne: pattern === '*' });
  }
  return fitted;
}

/** A rule as its author would write it in one line. */
export function ruleText({ command, args = [] }: CommandRule): string {
  return [command, ...args.filter((arg, index) => arg !== '**' || index < args.length - 1)].join(' ');
}

/** `*` stands for any text; everything else for itself. */
function fitsPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const piece of rest) {
    const at = text.indexOf(piece, from);
    if (at === -1 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}
