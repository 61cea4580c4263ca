/** What is known of a program's arguments, from `specs/policies/`. What is not named here is refused. */
export interface ProgramPolicy {
  /** Whether it can change files by its ordinary use; default true. */
  readonly writes?: boolean;
  /** `any`: no argument of it does harm beyond its files. */
  readonly options?: 'any';
  /** Options without a value. */
  readonly flags?: readonly string[];
  /** Options with a value, attached or as the next argument. */
  readonly values?: readonly string[];
  /** The same where the value is a path, which must lie in the workspace. */
  readonly paths?: readonly string[];
  /** The same where the value may not begin with `@`, which would name a file. */
  readonly texts?: readonly string[];
  /** Options whose value, if any, is attached. */
  readonly optional?: readonly string[];
  /** Options that end the program early; with one of them no operand is needed. */
  readonly info?: readonly string[];
  /** Options that change files: refused where the sandbox does not allow writing. */
  readonly writing?: readonly string[];
  /** Options that are refused, with the reason. */
  readonly refused?: Readonly<Record<string, string>>;
  /** `-5` is an option. */
  readonly numbers?: boolean;
  /** An operand may begin with `+`. */
  readonly plus?: boolean;
  /** Options of one dash are whole words. */
  readonly words?: boolean;
  /** The first argument may be options without a dash. */
  readonly bundled?: boolean;
  /** Options end at the first operand, and what follows is not the program's. */
  readonly stops?: boolean;
  readonly least?: number;
  readonly most?: number;
  /** Reason to refuse an operand that begins with `+`. */
  readonly noPlus?: string;
  /** Reason to refuse an operand with `=` in it. */
  readonly noAssignments?: string;
  /** Runs the file named first; everything after it is for that file. */
  readonly interprets?: boolean;
  /** Its first operand is a script in this language, unless one of `scriptOptions` gave it. */
  readonly script?: 'sed' | 'awk';
  readonly scriptOptions?: readonly string[];
  /** Its operands are URLs of hosts that may be reached. */
  readonly urls?: boolean;
  /** It runs the command that its operands are. */
  readonly wraps?: {
    /** Operands before the command. */
    readonly operands?: number;
    /** `NAME=value` may stand before the command. */
    readonly assignments?: boolean;
    /** It adds arguments that nobody has seen. */
    readonly appends?: boolean;
    /** The command where none is given. */
    readonly default?: string;
  };
  /** Its first operand names one of these; the rest is read by that one's policy. */
  readonly subcommands?: Readonly<Record<string, ProgramPolicy>>;
  /** Runs only by a rule that names its arguments; the reason. */
  readonly byRule?: string;
  /** Runs never; the reason. */
  readonly never?: string;
}
