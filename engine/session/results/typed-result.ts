import type { Json, JsonSchema } from '../../core/json.ts';
import { compileSchema, describeFaults } from '../../expr/index.ts';

/** Checks a value that fits the schema once more, as a caller's own code does; gives what is wrong with it. */
export type ResultCheck = (value: Json) => Promise<string | undefined>;

/**
 * Reads a typed result out of a model's text: JSON alone, between delimiter lines, in a fenced block, or inside prose.
 * @returns the value that fits the schema (defaults filled in), or why there is none.
 */
export async function readResult(
  text: string,
  schema: JsonSchema,
  checkMore?: ResultCheck,
): Promise<{ readonly value: Json } | { readonly fault: string }> {
  const check = compileSchema(schema);
  let fault: string | undefined;
  for (const candidate of candidates(text)) {
    const { value, faults } = check.check(candidate);
    const wrong = faults.length > 0 ? describeFaults(faults) : await checkMore?.(value);
    if (wrong === undefined) return { value };
    fault ??= wrong;
  }
  return { fault: fault ?? 'the answer holds no JSON value' };
}

function* candidates(text: string): Generator<Json> {
  const trimmed = text.trim();
  const whole = parse(trimmed);
  if (whole !== undefined) yield whole;
  const delimited = [...trimmed.matchAll(/^---RESULT_START---\s*$([\s\S]*?)^---RESULT_END---\s*$/gm)];
  for (const [, block = ''] of delimited.reverse()) {
    const value = parse(block.trim());
    if (value !== undefined) yield value;
  }
  const fenced = [...trimmed.matchAll(/```[a-zA-Z]*\s*\n([\s\S]*?)```/g)].reverse();
  for (const [, block] of fenced) {
    const value = parse((block ?? '').trim());
    if (value !== undefined) yield value;
  }
  for (const start of starts(trimmed)) {
    const end = endOfValue(trimmed, start);
    const value = end === undefined ? undefined : parse(trimmed.slice(start, end));
    if (value !== undefined) yield value;
  }
  // A schema of a plain string is met by the text itself.
  if (whole === undefined && trimmed !== '') yield trimmed;
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Offsets of the first few brackets that may open a JSON value. */
function starts(text: string): number[] {
  const found: number[] = [];
  for (let index = 0; index < text.length && found.length < 16; index += 1) {
    if (text[index] === '{' || text[index] === '[') found.push(index);
  }
  return found;
}

/** Offset just behind the bracket that closes the one at `start`, strings skipped. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return undefined;
}
