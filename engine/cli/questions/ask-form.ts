import { select, text } from '@clack/prompts';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import type { JsonSchema } from '../../core/json.ts';
import type { Person } from '../person.ts';
import { given } from './given.ts';

/** A person at a terminal, until a signal says that the question is not open any more. */
export type Asked = Person & { readonly signal: AbortSignal };

/**
 * Asks for what a form wants: each part of a flat form by itself, anything else as JSON. Whether it fits is for the run to say.
 * Throws `givenUp`.
 */
export async function askForm(form: JsonSchema, person: Asked): Promise<Json> {
  const properties = propertiesOf(form);
  if (properties === undefined) return askJson('Answer with JSON', isObject(form) ? form : {}, true, person);
  const required = isObject(form) && Array.isArray(form['required']) ? form['required'] : [];
  const data: Record<string, Json> = {};
  for (const [name, schema] of properties) {
    const answer = await askPart(name, schema, required.includes(name), person);
    if (answer !== undefined) data[name] = answer;
  }
  return data;
}

/** The parts of a form that can be asked one by one. */
function propertiesOf(form: JsonSchema): readonly (readonly [string, JsonObject])[] | undefined {
  const properties = isObject(form) ? form['properties'] : undefined;
  if (!isObject(properties)) return undefined;
  const parts = Object.entries(properties).map(
    ([name, schema]) => [name, isObject(schema) ? schema : {}] as const,
  );
  return parts.length === 0 ? undefined : parts;
}

async function askPart(
  name: string,
  schema: JsonObject,
  isRequired: boolean,
  person: Asked,
): Promise<Json | undefined> {
  const { description, title } = schema;
  const label = typeof title === 'string' ? title : name;
  const message = typeof description === 'string' ? `${label}: ${description}` : label;
  const choices = schema['enum'] ?? (schema['type'] === 'boolean' ? [true, false] : undefined);
  if (Array.isArray(choices)) return askChoice(message, choices, isRequired, person);
  if (schema['type'] !== 'string') return askJson(message, schema, isRequired, person);
  const answer = await askText(message, schema, isRequired, person, () => undefined);
  return answer === '' && !isRequired ? undefined : answer;
}

async function askChoice(
  message: string,
  choices: readonly Json[],
  isRequired: boolean,
  person: Asked,
): Promise<Json | undefined> {
  const options = choices.map((choice, value) => ({
    value,
    label: typeof choice === 'string' ? choice : JSON.stringify(choice),
  }));
  if (!isRequired) options.push({ value: -1, label: '(nothing)' });
  return choices[given(await select({ ...person, message, options }))];
}

async function askJson(message: string, schema: JsonObject, isRequired: true, person: Asked): Promise<Json>;
async function askJson(
  message: string,
  schema: JsonObject,
  isRequired: boolean,
  person: Asked,
): Promise<Json | undefined>;
async function askJson(
  message: string,
  schema: JsonObject,
  isRequired: boolean,
  person: Asked,
): Promise<Json | undefined> {
  const kind = typeof schema['type'] === 'string' ? ` (${schema['type']})` : '';
  const answer = await askText(`${message}${kind}`, schema, isRequired, person, (written) =>
    written === '' || isJson(written) ? undefined : 'write it as JSON',
  );
  return answer === '' ? undefined : (JSON.parse(answer) as Json);
}

async function askText(
  message: string,
  schema: JsonObject,
  isRequired: boolean,
  person: Asked,
  fault: (written: string) => string | undefined,
): Promise<string> {
  const initial = schema['default'];
  const initialValue =
    initial === undefined || typeof initial === 'string' ? initial : JSON.stringify(initial);
  const answer = await text({
    ...person,
    message,
    ...(initialValue === undefined ? {} : { initialValue }),
    validate: (written = '') => (isRequired && written === '' ? 'this is needed' : fault(written)),
  });
  return given(answer) ?? '';
}

function isJson(written: string): boolean {
  try {
    JSON.parse(written);
    return true;
  } catch {
    return false;
  }
}
