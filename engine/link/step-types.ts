import type { Json } from '../core/json.ts';
import {
  dyn,
  listOf,
  literalOf,
  never,
  nullType,
  number,
  recordOf,
  string,
  typeFromSchema,
  unionOf,
  type Type,
} from '../expr/index.ts';

/** A failure as expressions see it: `steps.<id>.error`, and `error` in a `catch`. */
export const errorType = recordOf({ code: string, message: string, details: dyn });

/** What `run` is. */
export const runType = recordOf({ id: string, startedAt: string, workflow: string });

/** How a step may have ended, and what its output is then. */
export interface Ending {
  readonly output: Type;
  /** Outputs of its `catch` entries. */
  readonly caught: readonly Type[];
  /** True where it has a condition. */
  readonly skippable: boolean;
}

/** What `steps.<id>` is: one record for each way the step may have ended, told apart by `status`. */
export function viewOf(id: string, { output, caught, skippable }: Ending): Type {
  if (caught.length === 0 && !skippable) {
    const status = literalOf('succeeded', 'recovered', 'skipped', 'failed');
    return view({ status, output, error: unionOf([nullType, errorType]), attempts: number });
  }
  const recovered = caught.length === 0 ? never : unionOf(caught);
  const skipped: Type = skippable ? { ...nullType, skipped: id } : never;
  return unionOf([
    view({ status: literalOf('succeeded'), output, error: nullType, attempts: number }),
    view({ status: literalOf('recovered'), output: recovered, error: errorType, attempts: number }),
    view({ status: literalOf('skipped'), output: skipped, error: nullType, attempts: number }),
    view({ status: literalOf('failed'), output: never, error: errorType, attempts: number }),
  ]);
}

/** What lanes with `onError: collect` give: each its output, or why it failed. */
export function collected(output: Type): Type {
  return unionOf([
    recordOf({ status: literalOf('succeeded'), output, error: nullType }),
    recordOf({ status: literalOf('failed'), output: nullType, error: errorType }),
  ]);
}

/** The type of a list of outputs of lanes. */
export function listOfLanes(output: Type, onError: string, most: number | undefined): Type {
  return listOf(onError === 'collect' ? collected(output) : output, most);
}

/** The type of a value that leaves its workflow: which step inside was skipped is nobody's business there. */
export function seenOutside(type: Type): Type {
  // Values are put into values, so that a type may stand in itself many times over.
  const seen = new Map<Type, Type>();
  const look = (one: Type, depth: number): Type => {
    if (depth > deepestSeen) return dyn;
    const known = seen.get(one) ?? outside(one, (inner) => look(inner, depth + 1));
    seen.set(one, known);
    return known;
  };
  return look(type, 0);
}

function outside(type: Type, look: (inner: Type) => Type): Type {
  switch (type.kind) {
    case 'null':
      return type.skipped === undefined ? type : nullType;
    case 'union':
      return unionOf([never, ...type.of.map(look)]);
    case 'list':
      return { ...type, item: look(type.item) };
    case 'record': {
      const fields = [...type.fields].map(
        ([name, field]) => [name, { ...field, type: look(field.type) }] as const,
      );
      return { ...type, fields: new Map(fields) };
    }
    default:
      return type;
  }
}

const deepestSeen = 24;

/** The type a schema gives; `otherwise` where there is none. */
export function schemaType(
  schema: { readonly [key: string]: Json } | boolean | undefined,
  otherwise: Type,
): Type {
  return schema === undefined ? otherwise : typeFromSchema(schema);
}

/** Other names of a step are reported by themselves, so they are nobody's type fault. */
function view(fields: Readonly<Record<string, Type>>): Type {
  return { ...recordOf(fields), rest: dyn };
}
