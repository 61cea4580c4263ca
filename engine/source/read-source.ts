import type { Checked, Diagnostic } from '../core/diagnostic.ts';
import type { Json } from '../core/json.ts';
import { fromClaude } from './claude-agent.ts';
import type { Candidate } from './discover.ts';
import type { Disk } from './disk.ts';
import type { Reading } from './reading.ts';
import { kindRow, type Kind } from './kinds.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { parseYaml } from './parse-yaml.ts';
import { makeSource, type Source } from './source.ts';
import { checkName } from './spec-name.ts';
import type { FoundFile } from './walk-folder.ts';

/** What is known of a spec before it is read. */
export interface SpecFile extends Omit<Candidate, 'kind' | 'root'> {
  readonly kind: Kind;
  readonly shipped: boolean;
}

/** Reads and parses one spec; undefined (with a diagnostic) when its text cannot be had. */
export function readSource({ disk, sources }: Reading, spec: SpecFile): Checked<Source | undefined> {
  const read = disk.readText(spec.path);
  if ('fault' in read) {
    const message = `the file ${read.fault}`;
    return {
      value: undefined,
      diagnostics: [{ rule: 'source/unreadable', level: 'error', message, file: spec.file }],
    };
  }
  const { files, diagnostics } = readBeside(disk, spec);
  const { kind, name, file, shipped, claude = false } = spec;
  const identity = JSON.stringify([kind, name, file, shipped, claude, files, diagnostics]);
  const before = sources.get(spec.path);
  if (before?.text === read.text && before.identity === identity) return before.read;
  const parsed = parseSource(spec, read.text);
  const value = files === undefined ? parsed.value : { ...parsed.value, files };
  const result = { value, diagnostics: [...parsed.diagnostics, ...diagnostics] };
  sources.set(spec.path, { text: read.text, identity, read: result });
  return result;
}

/** Parses the text of one spec and checks its name. */
export function parseSource(spec: SpecFile, text: string): Checked<Source> {
  const { kind, file, path, shipped } = spec;
  const isMarkdown = file.endsWith('.md');
  const { bodyKey } = kindRow(kind);
  const parsed = isMarkdown
    ? parseMarkdown(text, { file, bodyKey: bodyKey ?? 'body', merge: bodyKey !== undefined })
    : parseYaml(text, { file });
  const body = 'body' in parsed && typeof parsed.body === 'string' ? { body: parsed.body } : {};
  const claude = spec.claude === true ? fromClaude(parsed.value, spec.name) : undefined;
  const name = claude?.name ?? spec.name;
  const source = makeSource({
    kind,
    name,
    file,
    path,
    text,
    value: claude?.value ?? emptyAsMap(parsed.value, kind),
    ...body,
    shipped,
    damaged: parsed.damaged,
    place: parsed.place,
  });
  const dropped = (claude?.dropped ?? []).map((key): Diagnostic => ({
    rule: 'source/ignored-key',
    level: 'info',
    message: `"${key}" of Claude Code has no meaning here`,
    file,
    range: source.rangeOf(`/${key}`, 'key'),
    pointer: `/${key}`,
  }));
  const named =
    claude === undefined && kind !== 'project' && kind !== 'schema'
      ? checkName({ ...source, stem: spec.stem })
      : [];
  return { value: source, diagnostics: [...parsed.diagnostics, ...dropped, ...named] };
}

const maxBesideBytes = 256 * 1024;
const maxBesideTotal = 8 * 1024 * 1024;

/** The text files beside a SKILL.md. Pictures and the like are not for the model and stay out. */
function readBeside(
  disk: Disk,
  spec: SpecFile,
): { files: Readonly<Record<string, string>> | undefined; diagnostics: Diagnostic[] } {
  if (spec.beside === undefined) return { files: undefined, diagnostics: [] };
  const files: Record<string, string> = Object.create(null) as Record<string, string>;
  const diagnostics: Diagnostic[] = [];
  const folder = spec.file.slice(0, -'SKILL.md'.length);
  let total = 0;
  for (const { below, path } of spec.beside satisfies readonly FoundFile[]) {
    const read = disk.readText(path, maxBesideBytes);
    if ('text' in read && !read.text.includes('\0')) {
      total += read.text.length;
      if (total <= maxBesideTotal) files[below] = read.text;
      else
        diagnostics.push(notTaken(folder + below, 'the files of the skill are larger than 8 MiB together'));
    } else if ('fault' in read && read.fault !== 'is not UTF-8 text') {
      diagnostics.push(notTaken(folder + below, `it ${read.fault}`));
    }
  }
  return { files: { ...files }, diagnostics };
}

function notTaken(file: string, why: string): Diagnostic {
  return {
    rule: 'source/ignored-file',
    level: 'warning',
    message: `the file is not part of the skill: ${why}`,
    file,
  };
}

/** An empty file says nothing, which is a map without keys, except where any JSON value is a spec. */
function emptyAsMap(value: Json, kind: Kind): Json {
  return value === null && kind !== 'schema' ? {} : value;
}
