import { isObject, type JsonSchema } from '../core/json.ts';
import { schemaFaults } from '../expr/index.ts';
import { parseYaml } from '../source/index.ts';

/** Files of a skill that say what its arguments are like. */
const names = ['args.schema.json', 'args.schema.yaml', 'args.schema.yml'];

/** The schema of a skill's arguments, when its folder has one, or what is wrong with it. */
export function argumentsOf(files: Readonly<Record<string, string>>): {
  readonly schema?: JsonSchema;
  readonly fault?: string;
} {
  const [name, ...more] = names.filter((one) => Object.hasOwn(files, one));
  if (name === undefined) return {};
  if (more.length > 0) return { fault: `"${name}" and "${more.join('", "')}" say the same; keep one` };
  const { value, diagnostics } = parseYaml(files[name] ?? '', { file: name });
  const [wrong] = diagnostics.filter(({ level }) => level === 'error');
  if (wrong !== undefined) return { fault: `"${name}": ${wrong.message}` };
  if (typeof value !== 'boolean' && !isObject(value)) return { fault: `"${name}" is no JSON Schema` };
  const [fault] = schemaFaults(value);
  if (fault !== undefined) return { fault: `"${name}" at "${fault.pointer}": ${fault.message}` };
  return { schema: value };
}
