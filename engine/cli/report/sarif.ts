import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic, Fix, Level } from '../../core/diagnostic.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Range } from '../../core/range.ts';
import { fingerprints } from '../../findings/index.ts';
import { linesOf } from '../../source/index.ts';
import { readRulePages, type RulePage } from '../rule-pages.ts';
import { readVersion } from '../../bind/read-version.ts';
import { placesFrom } from './places.ts';
import { readTexts } from './texts.ts';

const levels: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', info: 'note' };

/**
 * Diagnostics as a SARIF 2.1.0 log, which code scanning of GitHub and viewers in editors read. Files below the current folder are
 * relative to it; each rule that found something brings its page as help.
 */
export async function sarifReport(
  diagnostics: readonly Diagnostic[],
  { project, texts: known }: { readonly project: string; readonly texts?: ReadonlyMap<string, string> },
): Promise<string> {
  const pages = new Map((await readRulePages()).map((page) => [page.rule, page]));
  const texts = await readTexts(project, diagnostics, known);
  const marks = fingerprints(diagnostics, texts);
  const rules = [...new Set(diagnostics.map(({ rule }) => rule))].sort();
  const nameOf = placesFrom(project);
  const locationOf = (file: string, range: Range | undefined): JsonObject => ({
    physicalLocation: {
      artifactLocation: artifactOf(nameOf(file)),
      ...(range === undefined ? {} : { region: regionOf(range) }),
    },
  });
  const results = diagnostics.map(
    ({ rule, level, message, hint, file, range, fix, related = [] }, index): Json => ({
      ruleId: rule,
      ruleIndex: rules.indexOf(rule),
      level: levels[level],
      message: { text: hint === undefined ? message : `${message} (${hint})` },
      locations: [locationOf(file, range)],
      ...(related.length === 0
        ? {}
        : {
            relatedLocations: related.map((other, id) => ({
              id,
              ...locationOf(other.file, other.range),
              message: { text: other.message },
            })),
          }),
      ...(fix === undefined ? {} : { fixes: [fixOf(fix, artifactOf(nameOf(file)), texts.get(file) ?? '')] }),
      partialFingerprints: { primaryLocationLineHash: marks[index] ?? '' },
    }),
  );
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'flue-engine',
              semanticVersion: readVersion(),
              rules: rules.map((rule) => ruleOf(rule, pages.get(rule))),
            },
          },
          columnKind: 'utf16CodeUnits',
          results,
        },
      ],
    },
    null,
    2,
  );
}

function ruleOf(id: string, page: RulePage | undefined): Json {
  if (page === undefined) return { id };
  return {
    id,
    shortDescription: { text: page.summary },
    help: { text: page.text, markdown: page.text },
    defaultConfiguration: { level: levels[page.level] },
  };
}

function fixOf({ title, edits }: Fix, artifactLocation: JsonObject, text: string): JsonObject {
  const lines = linesOf(text);
  const replacements = edits.map(({ start, end, text: inserted }): JsonObject => ({
    deletedRegion: regionOf(lines.rangeOf(start, end)),
    insertedContent: { text: inserted },
  }));
  return { description: { text: title }, artifactChanges: [{ artifactLocation, replacements }] };
}

function artifactOf(name: string): JsonObject {
  if (isAbsolute(name)) return { uri: pathToFileURL(name).href };
  return { uri: name.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

function regionOf({ start, end }: Range): JsonObject {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
