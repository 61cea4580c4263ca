/** What the page of a rule says, as far as an editor shows it. */
export interface RulePage {
  /** `family/what`. */
  readonly rule: string;
  /** What is wrong when it finds something, in a sentence. */
  readonly summary: string;
  /** Absolute path of the page. */
  readonly path: string;
}

/** The pages of the rules by rule. */
export type RulePages = ReadonlyMap<string, RulePage>;
