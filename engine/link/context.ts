import type { Diagnostic, Level, Related } from '../core/diagnostic.ts';
import type { Origin, Range } from '../core/range.ts';
import type { ExpressionFact, Facts, ReferenceFact } from '../program/facts.ts';
import type { Program } from '../program/program.ts';
import { type Node, type Source, isDamaged } from '../source/index.ts';
import { schemaPlaces } from './schema-places.ts';

/** What a finding may add to its message. */
export interface ReportOptions {
  readonly level?: Level;
  readonly part?: 'key' | 'value';
  /** Offsets inside the node's text, when the fault is only a part of it. */
  readonly within?: { readonly start: number; readonly end: number };
  readonly suggestions?: readonly string[];
  readonly hint?: string;
  readonly related?: Diagnostic['related'];
  readonly fix?: Diagnostic['fix'];
  readonly witness?: Diagnostic['witness'];
}

/** Collects diagnostics and facts while linking. */
export interface Reporter {
  report(node: Node, rule: string, message: string, options?: ReportOptions): void;
  /** Notes an expression or template; `offset` is where it starts inside the node's text. */
  noteExpression(node: Node, fact: Omit<ExpressionFact, 'file' | 'pointer' | 'range'>): void;
  /** Notes a name that leads to another spec. */
  noteReference(node: Node, fact: Pick<ReferenceFact, 'kind' | 'name' | 'known'>): void;
  /** Notes a part that is right but that this version cannot run yet; a Program that has any is not run. */
  unavailable(node: Node, message: string, part?: 'key' | 'value'): void;
  /** Where a JSON Schema of the project says what values there are; nothing where it is not written in a file. */
  schemaPlace(schema: object): readonly Related[];
  /** The same for a file that is no spec. */
  unavailableAt(origin: Origin, message: string): void;
  /** Takes over what another collector found. */
  adopt(other: Reporter): void;
  /** The diagnostics by what makes them one. */
  readonly found: ReadonlyMap<string, Diagnostic>;
  readonly diagnostics: readonly Diagnostic[];
  readonly facts: Facts;
  readonly unavailableParts: Program['unavailable'];
}

/**
 * An empty collector. A finding that is reached on several ways, such as one in a profile, counts once.
 * @param sources where the places of schemas are looked up.
 */
export function createReporter(sources: readonly Source[] = []): Reporter {
  const found = new Map<string, Diagnostic>();
  const expressions: ExpressionFact[] = [];
  const references: ReferenceFact[] = [];
  const unavailableParts = new Map<string, Program['unavailable'][number]>();
  const unavailableAt = (origin: Origin, message: string): void => {
    unavailableParts.set(`${origin.file} ${origin.pointer} ${message}`, { message, origin });
  };
  return {
    found,
    get diagnostics() {
      return [...found.values()];
    },
    adopt(other) {
      for (const [identity, diagnostic] of other.found)
        if (!found.has(identity)) found.set(identity, diagnostic);
      for (const fact of other.facts.expressions) expressions.push(fact);
      for (const fact of other.facts.references) references.push(fact);
      for (const { message, origin } of other.unavailableParts) unavailableAt(origin, message);
    },
    schemaPlace: schemaPlaces(sources),
    get unavailableParts() {
      return [...unavailableParts.values()];
    },
    unavailable({ source, pointer }, message, part) {
      const origin = { file: source.file, range: source.rangeOf(pointer, part), pointer };
      unavailableAt(origin, message);
    },
    unavailableAt,
    facts: { expressions, references },
    noteExpression({ source, pointer }, fact) {
      const end = fact.offset + fact.source.length;
      let range: Range | undefined;
      expressions.push({
        ...fact,
        file: source.file,
        pointer,
        // Most facts are never asked where they stand.
        get range() {
          return (range ??= source.rangeWithin(pointer, fact.offset, end));
        },
      });
    },
    noteReference({ source, pointer }, fact) {
      let range: Range | undefined;
      references.push({
        ...fact,
        file: source.file,
        pointer,
        get range() {
          return (range ??= source.rangeOf(pointer));
        },
      });
    },
    report({ source, pointer }, rule, message, options = {}) {
      // What could not be read has been reported; anything found there is a follow-on.
      if (isDamaged(source, pointer)) return;
      const { level = 'error', part, within, suggestions, hint, related, fix, witness } = options;
      const identity = JSON.stringify([source.file, pointer, within ?? null, rule, message]);
      if (found.has(identity)) return;
      found.set(identity, {
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
        ...(fix === undefined ? {} : { fix }),
        ...(witness === undefined ? {} : { witness }),
      });
    },
  };
}
