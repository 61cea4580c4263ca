import type { Diagnostic, Level } from '../core/diagnostic.ts';
import { isDamaged } from '../source/index.ts';
import type { Node } from './node.ts';

/** What a finding may add to its message. */
export interface ReportOptions {
  readonly level?: Level;
  readonly part?: 'key' | 'value';
  /** Offsets inside the node's text, when the fault is only a part of it. */
  readonly within?: { readonly start: number; readonly end: number };
  readonly suggestions?: readonly string[];
  readonly hint?: string;
  readonly related?: Diagnostic['related'];
}

/** Collects diagnostics while linking. */
export interface Reporter {
  report(node: Node, rule: string, message: string, options?: ReportOptions): void;
  readonly diagnostics: readonly Diagnostic[];
}

/** An empty collector. A finding that is reached on several ways, such as one in a profile, counts once. */
export function createReporter(): Reporter {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  return {
    diagnostics,
    report({ source, pointer }, rule, message, options = {}) {
      // What could not be read has been reported; anything found there is a follow-on.
      if (isDamaged(source, pointer)) return;
      const { level = 'error', part, within, suggestions, hint, related } = options;
      const identity = JSON.stringify([source.file, pointer, within ?? null, rule, message]);
      if (seen.has(identity)) return;
      seen.add(identity);
      diagnostics.push({
        rule,
        level,
        message,
        file: source.file,
        pointer,
        range:
          within === undefined
            ? source.rangeOf(pointer, part)
            : source.rangeWithin(pointer, within.start, within.end),
        ...(suggestions === undefined ? {} : { suggestions }),
        ...(hint === undefined ? {} : { hint }),
        ...(related === undefined ? {} : { related }),
      });
    },
  };
}
