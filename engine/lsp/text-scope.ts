import { dyn, recordOf, string, typeScope, withNames, type Type, type TypeScope } from '../expr/index.ts';
import type { Analysis } from '../compiler.ts';
import type { ExpressionFact } from '../program/facts.ts';
import { rootOf, type Source } from '../source/index.ts';
import { namesOfKind } from './names.ts';
import type { Project } from './project.ts';

/** The languages that a text of a spec may hold. */
export type Language = 'expression' | 'template';

/** What an expression or template at a place may read. */
export interface TextScope {
  readonly language: Language;
  readonly scope: TypeScope;
}

/**
 * What may be read at a text: by what linking noted there, else by what it notes when the text is replaced by one that can be
 * read. Undefined where linking takes the text as it is.
 */
export async function scopeAt(
  project: Project,
  source: Source,
  pointer: string,
  wrapped: boolean,
): Promise<TextScope | undefined> {
  const analysis = await project.analysis();
  const known = factAt(analysis, source.file, pointer);
  if (known !== undefined) return scopeOf(analysis, known);
  const supposed = await project.suppose(
    source.path,
    replaced(source, pointer, wrapped ? '"${{ x }}"' : 'x'),
  );
  const found = factAt(supposed, source.file, pointer);
  return found === undefined ? undefined : scopeOf(supposed, found);
}

/** What a fact says may be read, the names of the config filled in. */
export function scopeOf(analysis: Analysis, { names, scope, syntax }: ExpressionFact): TextScope {
  const config = analysis.sources.find(({ kind }) => kind === 'project');
  const env = config === undefined ? [] : rootOf(config).get('env').list();
  const known = scope.types.fields;
  const further: Record<string, Type> = {};
  for (const name of names) if (!known.has(name)) further[name] = dyn;
  if (names.has('env')) further['env'] = texts(env.flatMap((node) => node.text() ?? []));
  if (names.has('secrets'))
    further['secrets'] = texts(namesOfKind(analysis, 'secret').map(({ name }) => name));
  return {
    language: syntax === 'template' ? 'template' : 'expression',
    scope: withNames(scope, further),
  };
}

/** A scope without names. */
export const emptyScope = typeScope({});

function texts(names: readonly string[]): Type {
  return recordOf(Object.fromEntries(names.map((name) => [name, string])));
}

/** What linking noted of the expression or template at a pointer. */
export function factAt({ facts }: Analysis, file: string, pointer: string): ExpressionFact | undefined {
  return facts.expressions.find((fact) => fact.file === file && fact.pointer === pointer);
}

/** The text of a file with one value in another wording. */
function replaced({ text, rangeOf }: Source, pointer: string, wording: string): string {
  const { start, end } = rangeOf(pointer);
  const isBlock = /^[|>]/.test(text.slice(start.offset, end.offset));
  const tail = isBlock && text.slice(start.offset, end.offset).endsWith('\n') ? '\n' : '';
  return text.slice(0, start.offset) + wording + tail + text.slice(end.offset);
}
