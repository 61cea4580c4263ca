import type { Diagnostic } from '../core/diagnostic.ts';
import { isDamaged, type Source } from '../source/index.ts';
import { nowhere } from './context.ts';
import { explain } from './explain.ts';
import type { Fault } from './fault.ts';
import { checkOf } from './fits.ts';
import { schemaSet, type SchemaSet } from './schema-set.ts';
import { schemaFaults, userSchemas } from './user-schema.ts';

/**
 * Checks the shape of each spec against the JSON Schema of its kind, and the JSON Schemas written inside it. One finding per
 * mistake; what stands in text that was already reported as unreadable is left out. Never throws for what stands in a spec.
 */
export function validateShape(
  sources: readonly Source[],
  options: { /** Folder of the schemas; default the package's. */ readonly schemas?: string } = {},
): readonly Diagnostic[] {
  const set = schemaSet(options.schemas);
  return sources.flatMap((source) => {
    const before = checked.get(source);
    if (before?.set === set) return before.diagnostics;
    const diagnostics = check(source, set);
    checked.set(source, { set, diagnostics });
    return diagnostics;
  });
}

/** What was found in a spec: it does not change, so it is not looked at again. */
const checked = new WeakMap<
  Source,
  { readonly set: SchemaSet; readonly diagnostics: readonly Diagnostic[] }
>();

function check(source: Source, set: SchemaSet): readonly Diagnostic[] {
  if (source.damaged.includes('')) return [];
  const shape = shapeFaults(source, set);
  const schemas = (
    source.kind === 'schema' ? [{ pointer: '', schema: source.value }] : userSchemas(source.value)
  ).flatMap(({ pointer, schema }) => schemaFaults(schema, pointer));
  return [...shape, ...schemas]
    .filter(({ pointer }) => !isDamaged(source, pointer))
    .map((fault) => toDiagnostic(fault, source));
}

function shapeFaults(source: Source, set: SchemaSet): Fault[] {
  const root = set.root(source.kind);
  if (root === undefined || checkOf(root, set)(source.value)) return [];
  const faults = explain(root, source.value, '', {
    set,
    explain,
    root: set.follow(root),
    around: [],
    elsewhere: nowhere,
    conditions: [],
  });
  // What `name` and `kind` say was compared with the file when it was read.
  const compared = source.kind === 'project' ? none : reported;
  return faults.filter(({ pointer, rule }) => !compared.has(pointer) || rule === 'schema/wrong-type');
}

const reported: ReadonlySet<string> = new Set(['/name', '/kind']);
const none: ReadonlySet<string> = new Set();

function toDiagnostic(fault: Fault, source: Source): Diagnostic {
  const { rule, message, pointer, part, suggestions, hint, related } = fault;
  return {
    rule,
    level: 'error',
    message,
    file: source.file,
    range: source.rangeOf(pointer, part),
    pointer,
    ...(suggestions === undefined ? {} : { suggestions }),
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined
      ? {}
      : {
          related: [
            { file: source.file, range: source.rangeOf(related.pointer, 'key'), message: related.message },
          ],
        }),
  };
}
