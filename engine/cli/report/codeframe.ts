import type { Diagnostic } from '../../core/diagnostic.ts';
import { codeFrame } from '../../source/index.ts';
import type { Colors } from '../terminal.ts';
import { placeOf, placesFrom } from './places.ts';
import { readTexts } from './texts.ts';

/**
 * Diagnostics for people: level, rule and message, the place, the lines around it, the cure, other places.
 * @param project folder the diagnostics' files are relative to.
 */
export async function codeFrames(
  diagnostics: readonly Diagnostic[],
  {
    project,
    colors,
    texts: known,
  }: {
    readonly project: string;
    readonly colors: Colors;
    /** Texts of files, by file, as they were checked; others are read. */
    readonly texts?: ReadonlyMap<string, string>;
  },
): Promise<string> {
  const nameOf = placesFrom(project);
  const texts = withoutSecrets(await readTexts(project, diagnostics, known), diagnostics);
  return diagnostics
    .map((diagnostic) => {
      const { level, rule, message, file, range, hint, fix, witness = [], related = [] } = diagnostic;
      const paint = { error: colors.red, warning: colors.yellow, info: colors.cyan }[level];
      const text = texts.get(file);
      const frame =
        text === undefined || range === undefined ? [] : codeFrame(text, range, { context: 1 }).split('\n');
      return [
        `${paint(`${level}[${rule}]`)}: ${colors.bold(message)}`,
        `  ${colors.cyan('-->')} ${placeOf(nameOf(file), range)}`,
        ...frame.map((row) => `  ${row.startsWith('>') ? row : colors.dim(row)}`),
        ...(hint === undefined ? [] : [`  ${colors.cyan('hint:')} ${hint}`]),
        ...(fix?.safe === true ? [`  ${colors.cyan('fix:')} ${fix.title} ${colors.dim('(--fix)')}`] : []),
        ...wayOf(witness).map((row, index) => `  ${index === 0 ? colors.cyan('way:') : '    '} ${row}`),
        ...related.map(
          (other) => `  ${colors.cyan('see:')} ${placeOf(nameOf(other.file), other.range)}: ${other.message}`,
        ),
        '',
      ].join('\n');
    })
    .join('\n');
}

/** The steps and decisions of a witness, on rows of at most 100 characters. */
function wayOf(witness: readonly string[]): readonly string[] {
  const rows: string[] = [];
  for (const [index, word] of witness.entries()) {
    const last = rows.at(-1);
    const next = index === witness.length - 1 ? word : `${word} →`;
    if (last === undefined || last.length + next.length > 99) rows.push(next);
    else rows[rows.length - 1] = `${last} ${next}`;
  }
  return rows;
}

/** The texts with dots where a key was found, since what is printed may be kept by others. */
function withoutSecrets(
  texts: ReadonlyMap<string, string>,
  diagnostics: readonly Diagnostic[],
): ReadonlyMap<string, string> {
  const hidden = new Map(texts);
  for (const { rule, file, range } of diagnostics) {
    const text = hidden.get(file);
    if (rule !== 'security/plaintext-secret' || text === undefined || range === undefined) continue;
    const [start, end] = [range.start.offset, range.end.offset];
    const dots = text.slice(start, end).replace(/[^\r\n]/g, '•');
    hidden.set(file, text.slice(0, start) + dots + text.slice(end));
  }
  return hidden;
}
