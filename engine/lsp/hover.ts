import type { Hover, Position } from 'vscode-languageserver/node';
import { describeType } from '../expr/index.ts';
import { segmentsOf } from '../core/json-pointer.ts';
import type { Range } from '../core/range.ts';
import type { Analysis } from '../compiler.ts';
import type { Source } from '../source/index.ts';
import { aboutKey } from './complete-keys.ts';
import { markdown } from './completion.ts';
import { nameKindAt, namesOfKind } from './names.ts';
import { nodeAt, placeAt, type PlaceAt } from './place-at.ts';
import { lspRange, placesOf } from './positions.ts';
import { sourceOf, type Project } from './project.ts';
import type { RulePages } from './rule-pages.ts';
import { schemasAt } from './schema-at.ts';
import { schemaKeys, schemaPlace } from './user-schema.ts';
import { textPartAt, type TextPart } from './text-at.ts';

/** What is known about a position: types, descriptions, signatures, and why a finding is there. */
export async function hover(
  project: Project,
  path: string,
  position: Position,
  pages: RulePages,
): Promise<Hover | null> {
  const analysis = await project.analysis();
  const source = sourceOf(analysis, path);
  if (source === undefined) return null;
  const offset = placesOf(source.text).offsetAt(position);
  const about = aboutText(analysis, source, offset) ?? aboutPlace(analysis, source, offset);
  const findings = aboutFindings(analysis, source, offset, pages);
  const parts = [...(about === undefined ? [] : [about.text]), ...findings];
  if (parts.length === 0) return null;
  const contents = markdown(parts.join('\n\n---\n\n'));
  return about === undefined ? { contents } : { contents, range: lspRange(about.range) };
}

interface About {
  readonly text: string;
  readonly range: Range;
}

function aboutText(analysis: Analysis, source: Source, offset: number): About | undefined {
  const part = textPartAt(analysis, source, offset);
  if (part === undefined) return undefined;
  const { word, type, partial, range } = part;
  if (word !== undefined) return { text: `${code(word.form)}\n\n${word.about}`, range };
  if (partial !== undefined) return { text: `Partial \`${partial}\``, range };
  if (type === undefined) return undefined;
  const described = descriptionOf(source, part);
  const name = part.path?.join('.') ?? part.fact.source.slice(part.start, part.end);
  return { text: `${code(`${name}: ${describeType(type)}`)}${described}`, range };
}

/** What the schema of the input says of a field, or a step of itself. */
function descriptionOf(source: Source, { path = [] }: TextPart): string {
  const [head, ...rest] = path;
  if (head !== 'input' || rest.length === 0) return '';
  const pointer = rest.flatMap((name) => ['properties', name]);
  const said = nodeAt(source, ['inputSchema', ...pointer, 'description']).text();
  return said === undefined ? '' : `\n\n${said}`;
}

function aboutPlace(analysis: Analysis, source: Source, offset: number): About | undefined {
  const place = placeAt(source, offset);
  const range = source.rangeOf(place.node.pointer, place.part);
  const text = aboutName(analysis, source, place) ?? aboutOwnKey(source, place);
  return text === undefined || text === '' ? undefined : { text, range };
}

function aboutName(analysis: Analysis, source: Source, { node, part }: PlaceAt): string | undefined {
  const name = part === 'value' ? node.text() : undefined;
  const kind = name === undefined ? undefined : nameKindAt(analysis, source, node.pointer);
  const found =
    kind === undefined ? undefined : namesOfKind(analysis, kind).find((candidate) => candidate.name === name);
  if (found === undefined) return undefined;
  const origin = found.node?.source.shipped === true ? ', comes with the engine' : '';
  return `**${found.name}** (${found.kind}${origin})${found.about === undefined ? '' : `\n\n${found.about}`}`;
}

function aboutOwnKey(source: Source, { node, part }: PlaceAt): string | undefined {
  const segments = segmentsOf(node.pointer);
  if (segments.length === 0) return undefined;
  const place = schemaPlace(source, node.pointer);
  if (part === 'key' && place?.is === 'word')
    return schemaKeys.find(({ key }) => key === segments.at(-1))?.description;
  const [site] = schemasAt(source, node.pointer);
  if (site === undefined || (part === 'value' && !site.named)) return undefined;
  // A value without a description of its own is told by its key.
  if (part === 'value' && typeof node.value === 'object') return undefined;
  return aboutKey(site);
}

function aboutFindings(
  { diagnostics }: Analysis,
  source: Source,
  offset: number,
  pages: RulePages,
): string[] {
  const here = diagnostics.filter(
    ({ file, range }) =>
      file === source.file &&
      range !== undefined &&
      range.start.offset <= offset &&
      offset <= range.end.offset,
  );
  return [...new Set(here.map(({ rule }) => rule))].flatMap((rule) => {
    const page = pages.get(rule);
    return page === undefined ? [] : [`\`${rule}\`: ${page.summary}`];
  });
}

function code(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}
