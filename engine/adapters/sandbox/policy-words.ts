/** A node of the shell's syntax tree. */
export type SyntaxNode = Readonly<Record<string, unknown>>;

/** A word of a command line, as far as it is known before it runs. */
export interface CommandWord {
  /** The word itself; undefined where it is only known when it runs. */
  readonly text: string | undefined;
  /** What the word surely begins with. */
  readonly start: string;
  /** Whether it can become several words that begin with something else. */
  readonly splits: boolean;
  /** Whether it can become the names of files. */
  readonly isPattern: boolean;
}

/** What is known of a word of the syntax tree. */
export function wordOf(word: SyntaxNode): CommandWord {
  let start = '';
  let isKnown = true;
  let splits = false;
  let isPattern = false;
  for (const part of partsOf(word)) {
    const text = literalPart(part);
    if (text !== undefined) {
      if (isKnown) start += text;
      continue;
    }
    if (part['type'] === 'TildeExpansion' && start === '' && isKnown) start = '~';
    isKnown = false;
    if (part['type'] === 'Glob') isPattern = true;
    else if (part['type'] !== 'DoubleQuoted' && part['type'] !== 'TildeExpansion') splits = true;
    else if (part['type'] === 'DoubleQuoted') {
      const inner = wordOf(part);
      if (start === '') start = inner.start;
    }
  }
  return { text: isKnown ? start : undefined, start, splits, isPattern };
}

/** The parts of a word, in their order. */
export function partsOf(word: SyntaxNode): readonly SyntaxNode[] {
  return (word['parts'] ?? []) as readonly SyntaxNode[];
}

/** The text of a part that holds no expansion of any kind. */
export function literalPart(part: SyntaxNode): string | undefined {
  switch (part['type']) {
    case 'Literal':
    case 'SingleQuoted':
    case 'Escaped':
      return String(part['value']);
    case 'Glob':
      // The command "[" reads as a pattern that is none.
      return part['pattern'] === '[' ? '[' : undefined;
    case 'DoubleQuoted': {
      const inner = partsOf(part).map(literalPart);
      return inner.includes(undefined) ? undefined : inner.join('');
    }
    default:
      return undefined;
  }
}
