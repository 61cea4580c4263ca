/** What of the package the interpreter's process works with; its classes tell apart what a piece of work gives. */
export interface Library {
  readonly Monty: new (
    code: string,
    options: {
      readonly scriptName: string;
      readonly inputs: readonly string[];
      readonly typeCheck?: boolean;
      readonly typeCheckPrefixCode?: string;
    },
  ) => { start(options: StartOptions): Progress };
  readonly MontyComplete: new () => Complete;
  readonly MontySnapshot: (new () => Snapshot) & {
    load(paused: Uint8Array, options: { readonly printCallback: Printed }): Snapshot;
  };
  readonly MontyNameLookup: new () => NameLookup;
  readonly MontyRepl: (new (options: { readonly limits: Limits }) => Repl) & {
    load(state: Uint8Array): Repl;
  };
  readonly MontyTypingError: new () => { displayDiagnostics(format: string): string };
  readonly MontyError: new () => Failure;
}

/** Told each piece of what is printed. Must give undefined. */
export type Printed = (stream: string, text: string) => undefined;

export interface Limits {
  readonly maxDurationSecs: number;
  readonly maxMemory: number;
  readonly maxRecursionDepth: number;
  readonly maxAllocations: number;
}

interface StartOptions {
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly limits: Limits;
  /** Without one the standard output gets it. */
  readonly printCallback?: Printed;
}

export interface Complete {
  readonly output: unknown;
}

export interface Snapshot {
  readonly functionName: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  resume(
    answer:
      | { readonly returnValue: unknown }
      | { readonly exception: { readonly type: string; readonly message: string } },
  ): Progress;
  dump(): Uint8Array;
}

export interface NameLookup {
  readonly variableName: string;
  resume(answer?: { readonly value: unknown }): Progress;
}

export type Progress = Complete | Snapshot | NameLookup;

export interface Repl {
  feed(code: string): unknown;
  dump(): Uint8Array;
}

/** Code that failed; the frames are missing where the message comes from a legacy place. */
export interface Failure {
  readonly exception: { readonly typeName: string; readonly message: string };
  traceback?(): readonly {
    readonly line: number;
    readonly column: number;
    readonly functionName?: string;
    readonly sourceLine?: string;
  }[];
  readonly _native?: { traceback?(): ReturnType<NonNullable<Failure['traceback']>> };
}
