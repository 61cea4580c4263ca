import type { JsonSchema } from '../../core/json.ts';
import { objectReader } from '../requests/read-object.ts';

const schema = { type: 'object', additionalProperties: false, properties: {} } as const;

/** Refuses a body that says anything. Throws Problem `invalid_request`. */
export const readEmpty = objectReader(schema);

/** Describes a body that says nothing. */
export const emptyBody = (): { readonly schema: JsonSchema; readonly required: boolean } => ({
  schema,
  required: false,
});
