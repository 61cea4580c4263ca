import { segmentsOf } from '../core/json-pointer.ts';
import type { Range } from '../core/range.ts';
import { celPartAt, templatePartAt, type PartAt } from '../expr/index.ts';
import type { Analysis } from '../compiler.ts';
import type { ExpressionFact } from '../program/facts.ts';
import type { Source } from '../source/index.ts';
import { nodeAt, offsetInText } from './place-at.ts';
import { scopeOf } from './text-scope.ts';

/** A name or word of an expression or template, and where it stands in its file. */
export interface TextPart extends PartAt {
  readonly fact: ExpressionFact;
  readonly range: Range;
}

/** What of an expression or template stands at an offset of a file; undefined elsewhere. */
export function textPartAt(analysis: Analysis, source: Source, offset: number): TextPart | undefined {
  for (const fact of analysis.facts.expressions) {
    if (fact.file !== source.file) continue;
    const { start, end } = fact.range;
    if (offset < start.offset || offset > end.offset) continue;
    const inside = offsetInText(nodeAt(source, segmentsOf(fact.pointer)), offset) - fact.offset;
    const { language, scope } = scopeOf(analysis, fact);
    const part =
      language === 'template'
        ? templatePartAt(fact.source, inside, scope)
        : celPartAt(fact.source, inside, scope);
    if (part === undefined) continue;
    const [from, to] = [fact.offset + part.start, fact.offset + part.end];
    return { ...part, fact, range: source.rangeWithin(fact.pointer, from, to) };
  }
  return undefined;
}
