import type { Diagnostic } from '../core/diagnostic.ts';
import { isObject, type Json } from '../core/json.ts';
import type { Range } from '../core/range.ts';
import type { Kind } from './kinds.ts';

const longest = 64;

/** What is wrong with a name and with the `name:` and `kind:` keys that a spec may repeat it in. */
export function checkName(spec: {
  readonly kind: Kind;
  readonly name: string;
  /** Name of the file without its ending. */
  readonly stem: string;
  readonly file: string;
  readonly value: Json;
  readonly rangeOf: (pointer: string, part?: 'key' | 'value') => Range;
}): Diagnostic[] {
  const { kind, name, file, value } = spec;
  const at = { level: 'error', file } as const;
  const diagnostics: Diagnostic[] = [];
  const fault = nameFault(kind, name, spec.stem);
  if (fault !== undefined) {
    const plain = spec.stem.endsWith(`.${kind}`) ? spec.stem.slice(0, -kind.length - 1) : undefined;
    const hint =
      plain === undefined
        ? {}
        : { hint: `the folder already says that it is a ${kind}; call the file "${plain}"` };
    diagnostics.push({
      ...at,
      rule: 'schema/bad-name',
      message: `"${name}" cannot be a name: ${fault}`,
      ...hint,
    });
  }
  if (!isObject(value)) return diagnostics;
  const given = value['name'];
  if (typeof given === 'string' && given !== name) {
    diagnostics.push({
      ...at,
      rule: 'schema/name-mismatch',
      message: `the file says that the name is "${name}", and "name" says "${given}"; write "${name}", or rename the ${kind === 'skill' ? 'folder' : 'file'}`,
      range: spec.rangeOf('/name'),
      pointer: '/name',
      suggestions: [name],
    });
  }
  const said = value['kind'];
  if (typeof said === 'string' && said !== kind) {
    diagnostics.push({
      ...at,
      rule: 'schema/kind-mismatch',
      message: `the folder says that this is a "${kind}", and "kind" says "${said}"`,
      range: spec.rangeOf('/kind'),
      pointer: '/kind',
      suggestions: [kind],
    });
  }
  return diagnostics;
}

function nameFault(kind: Kind, name: string, stem: string): string | undefined {
  if (name.length > longest) return `names have at most ${longest} characters`;
  const pattern =
    kind === 'tool' ? /^[A-Za-z][A-Za-z0-9_-]*$/ : /^[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)*$/;
  if (pattern.test(name) && !stem.includes('.')) return undefined;
  return 'names have letters, digits, "_" and "-", beginning with a letter';
}
