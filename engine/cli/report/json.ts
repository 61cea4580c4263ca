import { toFindings, type Analyzed, type FindingsParts } from '../../findings/index.ts';

/** Findings for programs: one JSON object as `specs/formats/findings.schema.json` says; files are relative to the project. */
export function jsonReport(analyzed: Analyzed, parts: FindingsParts): string {
  return JSON.stringify(toFindings(analyzed, parts), null, 2);
}

/** The same findings, a JSON object on a line each, and nothing around them. */
export function jsonLines(analyzed: Analyzed, parts: FindingsParts): string {
  const { diagnostics } = toFindings(analyzed, parts);
  return diagnostics.map((diagnostic) => JSON.stringify(diagnostic)).join('\n');
}
