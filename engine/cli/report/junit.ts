import type { Diagnostic } from '../../core/diagnostic.ts';
import { placeOf, placesFrom } from './places.ts';

/**
 * Diagnostics as JUnit XML: a suite for each file with findings, a test case for each finding. Those that fail the check are
 * failures, the others pass with their text as output. Without findings there is one test case that passes.
 * @param fails whether a finding fails the check.
 */
export function junitReport(
  diagnostics: readonly Diagnostic[],
  { project, fails }: { readonly project: string; readonly fails: (diagnostic: Diagnostic) => boolean },
): string {
  const nameOf = placesFrom(project);
  const suites = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const name = nameOf(diagnostic.file);
    suites.set(name, [...(suites.get(name) ?? []), diagnostic]);
  }
  const failures = diagnostics.filter(fails).length;
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  if (suites.size === 0) {
    lines.push(
      '<testsuites name="engine validate" tests="1" failures="0">',
      '  <testsuite name="project" tests="1" failures="0">',
      '    <testcase name="no findings" classname="project"/>',
      '  </testsuite>',
    );
  } else {
    lines.push(`<testsuites name="engine validate" tests="${diagnostics.length}" failures="${failures}">`);
    for (const [name, found] of suites) {
      const failed = found.filter(fails).length;
      lines.push(`  <testsuite name="${xml(name)}" tests="${found.length}" failures="${failed}">`);
      for (const diagnostic of found) lines.push(...testCase(diagnostic, name, fails(diagnostic)));
      lines.push('  </testsuite>');
    }
  }
  return [...lines, '</testsuites>'].join('\n');
}

function testCase(
  { rule, level, message, hint, range }: Diagnostic,
  file: string,
  isFailure: boolean,
): string[] {
  const place = placeOf(file, range);
  const said = hint === undefined ? message : `${message} (${hint})`;
  const text = xml(`${place}: ${said}`);
  return [
    `    <testcase name="${xml(`${rule} ${place}`)}" classname="${xml(file)}">`,
    isFailure
      ? `      <failure type="${xml(rule)}" message="${xml(message)}">${text}</failure>`
      : `      <system-out>${level} ${text}</system-out>`,
    '    </testcase>',
  ];
}

/** Text for XML 1.0, which has no way to write most control characters. */
function xml(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- control characters are exactly what is replaced
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\uFFFD')
      .toWellFormed()
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\n', '&#10;')
  );
}
