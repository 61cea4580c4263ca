import {
  DiagnosticSeverity,
  type Diagnostic as LspDiagnostic,
  type DiagnosticRelatedInformation,
} from 'vscode-languageserver/node';
import { join } from 'node:path';
import type { Diagnostic, Fix, Level } from '../core/diagnostic.ts';
import type { Analysis } from '../compiler.ts';
import { configPlaces, onDisk } from '../source/index.ts';
import { fileStart, lspRange } from './positions.ts';
import { pathInProject } from './project.ts';
import type { RulePages } from './rule-pages.ts';
import { uriOfPath } from './uri.ts';

/** What an editor gets with a finding, and gives back when it asks for what can be done about it. */
export interface FindingData {
  readonly rule: string;
  readonly suggestions?: readonly string[];
  readonly fix?: Fix;
}

const severities: Readonly<Record<Level, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/** The findings of a project by the URI of the file they are shown in. */
export function findingsByUri(
  root: string,
  { diagnostics }: Analysis,
  pages: RulePages,
): Map<string, LspDiagnostic[]> {
  const byUri = new Map<string, LspDiagnostic[]>();
  for (const diagnostic of diagnostics) {
    const path = diagnostic.file === '.' ? configOf(root) : pathInProject(root, diagnostic.file);
    if (path === undefined) continue;
    const uri = uriOfPath(path);
    const found = byUri.get(uri) ?? [];
    found.push(toLsp(root, diagnostic, pages));
    byUri.set(uri, found);
  }
  return byUri;
}

function toLsp(root: string, diagnostic: Diagnostic, pages: RulePages): LspDiagnostic {
  const { rule, level, message, range, hint, witness, related = [], suggestions, fix } = diagnostic;
  const data: FindingData = {
    rule,
    ...(suggestions === undefined ? {} : { suggestions }),
    ...(fix === undefined ? {} : { fix }),
  };
  const lines = [
    message,
    ...(hint === undefined ? [] : [hint]),
    ...(witness === undefined ? [] : [`for example: ${witness.join(' → ')}`]),
  ];
  const relatedInformation = related.flatMap((place): DiagnosticRelatedInformation[] => {
    const path = pathInProject(root, place.file);
    if (path === undefined) return [];
    const range = place.range === undefined ? fileStart : lspRange(place.range);
    return [{ location: { uri: uriOfPath(path), range }, message: place.message }];
  });
  const page = pages.get(rule);
  return {
    range: range === undefined ? fileStart : lspRange(range),
    severity: severities[level],
    source: 'engine',
    code: rule,
    ...(page === undefined ? {} : { codeDescription: { href: uriOfPath(page.path) } }),
    message: lines.join('\n'),
    data,
    ...(relatedInformation.length === 0 ? {} : { relatedInformation }),
  };
}

/** Where findings about a project as a whole are shown. */
function configOf(root: string): string {
  const place = configPlaces.find((name) => name !== 'package.json' && onDisk(join(root, name)) === 'file');
  return place === undefined ? root : join(root, place);
}
