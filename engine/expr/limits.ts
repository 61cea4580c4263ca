/** What keeps an expression or template from taking the process down: sizes in UTF-16 code units, counts in items. */
export const limits = {
  /** Longest source of one expression. */
  expressionLength: 4_096,
  /** Deepest nesting of an expression, and of a value that enters or leaves one. */
  depth: 200,
  /** Rounds of all loops in one evaluation, nested ones multiplied. */
  iterations: 1_000_000,
  /** Items and pieces of text that functions and operators of one evaluation may look through. */
  work: 2_000_000,
  /** Parts (values at any depth) of a result. */
  parts: 1_000_000,
  /** Length of a piece of text. */
  workText: 64,
  /** Rounds of nested loops that may be planned for, by the lengths of their lists. */
  plannedRounds: 100_000,
  /** Loops inside each other over lists of unknown length. */
  loopDepth: 2,
  /** Longest list that a function or `+` may build. */
  listLength: 100_000,
  /** Highest argument of `range`. */
  range: 10_000,
  /** Longest text that an expression or a template may build. */
  textLength: 4 * 1_024 * 1_024,
  /** Longest text that `matches` may search. */
  searchedLength: 1_024 * 1_024,
  /** Longest regular expression. */
  patternLength: 1_000,
  /** References of a JSON Schema that one check follows. */
  schemaReferences: 200_000,
  /** Longest source of one template. */
  templateLength: 1_024 * 1_024,
  /** Most `{{` of one template. */
  templateTags: 5_000,
  /** Blocks, and parentheses, of a template inside each other. */
  templateDepth: 100,
  /** Partials inside each other. */
  partialDepth: 50,
  /** Statements of a template with its partials written out. */
  templateStatements: 20_000,
} as const;
