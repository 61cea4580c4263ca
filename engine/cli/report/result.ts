import type { Json } from '../../core/json.ts';
import { printable, type Terminal } from '../terminal.ts';

/** Prints what work gave: text as text, everything else as indented JSON. */
export function printResult(output: Json, { out }: Terminal): void {
  const text = typeof output === 'string' ? output : JSON.stringify(output, null, 2);
  const shown = out.isTerminal ? printable(text) : text;
  out.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}
