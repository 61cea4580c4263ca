import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { compareByText } from './schema-unique.ts';
import { meterReferences } from './schema-meter.ts';
import { isObject, type JsonSchema } from '../core/json.ts';
import { linearPattern, type LinearPattern } from './linear-pattern.ts';

/** The schema compiler: shared, or (`fresh`) one of its own. Compiling the meta-schema makes a fresh one costly. */
export function compiler(fresh: boolean): Ajv2020 {
  return fresh ? createCompiler() : (shared ??= createCompiler());
}

/** Whether the text of a schema declares ids or anchors. */
export function ownIds(text: string): boolean {
  return /"\$(id|anchor|dynamicAnchor)":/.test(text);
}

/** The schema without `$schema`: every schema is read as 2020-12, whatever dialect an editor wrote on top. */
export function withoutDialect(schema: JsonSchema): JsonSchema {
  if (!isObject(schema)) return schema;
  const { $schema: _dialect, ...rest } = schema;
  return rest;
}

let shared: Ajv2020 | undefined;

function createCompiler(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    useDefaults: true,
    ownProperties: true,
    logger: false,
    validateSchema: false,
    code: { regExp: Object.assign(pattern, { code: 'linearPattern' }) },
  });
  formats.default(ajv);
  // An old word for "$id", which Ajv refuses by throwing; here it is a word like any other.
  ajv.removeKeyword('id');
  meterReferences(ajv);
  compareByText(ajv);
  return ajv;
}

function pattern(source: string): LinearPattern {
  const compiled = linearPattern(source);
  if ('fault' in compiled) throw new SyntaxError(`bad pattern: ${compiled.fault}`);
  return compiled;
}
