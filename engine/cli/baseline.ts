import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import { isObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { fingerprints } from '../findings/index.ts';
import { parseYaml, type Source } from '../source/index.ts';
import { writeAtomically } from './write-atomically.ts';

/** Findings that a project is known to have, by fingerprint. */
export type Baseline = ReadonlySet<string>;

/** Where the baseline of a project is, unless the command line says otherwise. */
export function baselinePlace(project: string, given: string | true): string {
  return given === true ? resolve(project, '.engine/baseline.json') : resolve(given);
}

/** Reads a baseline. Throws Problem `invalid_request`, with the place of the fault, when there is none that can be read. */
export async function readBaseline(file: string): Promise<Baseline> {
  const name = relative(process.cwd(), file).replaceAll('\\', '/');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new Problem('invalid_request', `no baseline "${name}"; write one with --write-baseline`);
  const { value, diagnostics, place } = parseYaml(text, { file: name });
  const refuse = (message: string, line = 1, column = 1): never => {
    throw new Problem('invalid_request', `${name}:${line}:${column}: ${message}`);
  };
  const [fault] = diagnostics.filter(({ level }) => level === 'error');
  if (fault !== undefined) refuse(fault.message, fault.range?.start.line, fault.range?.start.column);
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const schema = isObject(value) ? value['schema'] : undefined;
  const list = isObject(value) ? value['findings'] : undefined;
  if (schema !== 'engine-baseline/v1' || !Array.isArray(list))
    return refuse('this is no baseline: expected "schema": "engine-baseline/v1" and a list "findings"');
  const findings = new Set<string>();
  for (const [index, item] of list.entries()) {
    const fingerprint: unknown = isObject(item) ? item['fingerprint'] : undefined;
    if (typeof fingerprint !== 'string') {
      const at = place.children?.get('findings')?.children?.get(String(index))?.value[0] ?? 0;
      return refuse('a finding of a baseline needs a "fingerprint"', lineAt(at));
    }
    findings.add(fingerprint);
  }
  return findings;
}

/** Writes the findings of a project as its baseline, in an order that changes little from one time to the next. */
export async function writeBaseline(
  file: string,
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
): Promise<void> {
  const marks = fingerprints(diagnostics, textsOf(sources));
  const findings = diagnostics.map(({ rule, file: place, message }, index) => ({
    fingerprint: marks[index],
    rule,
    file: place,
    message,
  }));
  await writeAtomically(file, `${JSON.stringify({ schema: 'engine-baseline/v1', findings }, null, 2)}\n`);
}

/** The findings that a baseline does not know, and how many it knows, and how many of its own are gone. */
export function besides(
  baseline: Baseline,
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
): { readonly fresh: readonly Diagnostic[]; readonly known: number; readonly gone: number } {
  const marks = fingerprints(diagnostics, textsOf(sources));
  const fresh = diagnostics.filter((_, index) => !baseline.has(marks[index] ?? ''));
  const known = diagnostics.length - fresh.length;
  return { fresh, known, gone: baseline.size - known };
}

function textsOf(sources: readonly Source[]): ReadonlyMap<string, string> {
  return new Map(sources.map(({ file, text }) => [file, text]));
}
