import { RE2JS } from 're2js';
import { limits } from './limits.ts';

/** A regular expression whose matching time grows linearly with the text. */
export interface LinearPattern {
  /** Whether the pattern matches anywhere in the text. */
  test(text: string): boolean;
  /** The source; the schema compiler tells patterns apart by it. */
  toString(): string;
}

/** The compiled pattern, or why it cannot be used: a syntax fault, or a feature without linear time (look-around, back references). */
export function linearPattern(source: string): LinearPattern | { readonly fault: string } {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const pattern = compile(source);
  if (compiled.size >= 500) compiled.clear();
  compiled.set(source, pattern);
  return pattern;
}

const compiled = new Map<string, LinearPattern | { readonly fault: string }>();

function compile(source: string): LinearPattern | { readonly fault: string } {
  if (source.length > limits.patternLength)
    return { fault: `longer than ${limits.patternLength} characters` };
  try {
    const pattern = RE2JS.compile(source);
    return { test: (text) => pattern.matcher(text).find(), toString: () => source };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { fault: message.replace(/^error parsing regexp: /, '').replaceAll('`', '"') };
  }
}
