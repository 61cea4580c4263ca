import type { Json, JsonObject } from '../../../core/json.ts';

/** What stands before code when its types are checked: its inputs and functions are anything. */
export function typing(inputs: readonly string[], functions: readonly string[]): string {
  return [
    'from typing import Any',
    'def _anything(*args: Any, **named: Any) -> Any: ...',
    ...inputs.map((name) => `${name}: Any = _anything()`),
    ...functions.map((name) => `def ${name}(*args: Any, **named: Any) -> Any: ...`),
  ].join('\n');
}

/** Python that sets variables. */
export function setting(inputs: JsonObject): string {
  return Object.entries(inputs)
    .map(([name, value]) => `${name} = ${literal(value)}\n`)
    .join('');
}

function literal(value: Json): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  // JSON's escapes are Python's, too.
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => literal(item)).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${literal(inner)}`)
    .join(', ')}}`;
}
