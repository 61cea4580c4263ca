import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';

const folder = fileURLToPath(new URL('../../../schema/', import.meta.url));
const compiled = new Map<string, ValidateFunction>();

/** Whether a spec has the shape of its kind. Asked of Ajv, so that the engine's own walk is measured by something else. */
export function fitsKind(kind: string, value: unknown): boolean {
  let check = compiled.get(kind);
  if (check === undefined) {
    const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false });
    for (const name of readdirSync(folder)) {
      const schema = JSON.parse(readFileSync(folder + name, 'utf8')) as { $id?: string };
      ajv.addSchema(schema, schema.$id ?? name);
    }
    const id = (JSON.parse(readFileSync(`${folder}${kind}.schema.json`, 'utf8')) as { $id?: string }).$id;
    check = ajv.getSchema(id ?? `${kind}.schema.json`);
    if (check === undefined) throw new Error(`no schema of the kind "${kind}"`);
    compiled.set(kind, check);
  }
  return check(value);
}
