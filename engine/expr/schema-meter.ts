import { _, type Ajv2020, type KeywordCxt } from 'ajv/dist/2020.js';
import { limits } from './limits.ts';

/**
 * Counts the references that a compiled check follows. References can double the work at every level, so a schema of a few lines
 * may ask for more steps than a computer can take.
 */
export function meterReferences(ajv: Ajv2020): void {
  for (const keyword of ['$ref', '$dynamicRef']) {
    const definition = ajv.getKeyword(keyword);
    if (typeof definition !== 'object' || !('code' in definition)) continue;
    ajv.removeKeyword(keyword);
    ajv.addKeyword({
      ...definition,
      code(context: KeywordCxt, rule?: string) {
        context.gen.code(_`${context.gen.scopeValue('func', { ref: follow })}()`);
        definition.code(context, rule);
      },
    });
  }
}

/** To be called before a check: what it follows counts from here. A check that follows too many throws RangeError. */
export function resetMeter(): void {
  followed = 0;
}

let followed = 0;

function follow(): void {
  followed += 1;
  if (followed > limits.schemaReferences) throw new RangeError('too many references');
}
