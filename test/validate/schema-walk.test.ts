import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import fc from 'fast-check';
import { isObject, type Json } from '../../engine/core/json.ts';
import { kindNames, parseSource, type Kind, type Source } from '../../engine/source/index.ts';
import { validateShape } from '../../engine/validate/index.ts';

const folder = fileURLToPath(new URL('../../schema/', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.schema.json'));
const schemas = new Map(
  files.map((file) => [
    file,
    JSON.parse(readFileSync(folder + file, 'utf8')) as Readonly<Record<string, Json>>,
  ]),
);
const ajv = new Ajv({ strict: false });
for (const [file, schema] of schemas) ajv.addSchema(schema, file);

const shaped = kindNames.filter((kind) => schemas.has(`${kind}.schema.json`));
const examplesOf = (kind: Kind): readonly Json[] => {
  const examples = schemas.get(`${kind}.schema.json`)?.['examples'];
  return Array.isArray(examples) ? examples : [];
};
const sourceOf = (kind: Kind, value: Json): Source =>
  parseSource(
    { kind, name: 'x', stem: 'x', file: 'x.json', path: '/x.json', shipped: false },
    JSON.stringify(value, null, 2),
  ).value;
const shapeRules = (kind: Kind, value: Json): string[] =>
  validateShape([sourceOf(kind, value)])
    .map(({ rule, message }) => `${rule} ${message}`)
    .filter((line) => !/^schema\/(?:invalid-json-schema|required-not-declared)/.test(line));

/** Keywords the walk knows, or that say nothing about validity. */
const known = new Set(
  (
    '$schema $id $ref $defs title description default examples type const enum pattern minLength maxLength minimum maximum ' +
    'exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems items properties patternProperties ' +
    'additionalProperties propertyNames required minProperties maxProperties oneOf anyOf allOf if then else'
  ).split(' '),
);

describe('the walk over the schemas', () => {
  it('knows every keyword that the schemas use', () => {
    const unknown = new Set<string>();
    const visit = (schema: Json): void => {
      if (!isObject(schema)) return;
      for (const [key, value] of Object.entries(schema)) {
        if (!known.has(key)) unknown.add(key);
        if (['properties', 'patternProperties', '$defs'].includes(key) && isObject(value))
          Object.values(value).forEach(visit);
        else if (['oneOf', 'anyOf', 'allOf'].includes(key) && Array.isArray(value)) value.forEach(visit);
        else if (!['const', 'enum', 'default', 'examples'].includes(key)) visit(value);
      }
    };
    for (const schema of schemas.values()) visit(schema);
    expect([...unknown]).to.deep.equal([]);
  });

  for (const kind of shaped) {
    it(`finds nothing in the examples of ${kind}`, () => {
      for (const example of examplesOf(kind)) expect(shapeRules(kind, example)).to.deep.equal([]);
    });
  }

  it('agrees with a compiled validator on what fits, whatever is changed in an example', () => {
    const pairs = shaped.flatMap((kind) => examplesOf(kind).map((example) => ({ kind, example })));
    const junk = fc.constantFrom<Json>(
      null,
      true,
      0,
      -1,
      1.5,
      '',
      'x',
      '1h',
      'a b',
      [],
      ['x', 'x'],
      {},
      { id: 'x' },
      { 'x-a': 1 },
    );
    const words = fc.constantFrom(
      'id',
      'name',
      'prompt',
      'tool',
      'type',
      'steps',
      'timeout',
      'x-free',
      'with',
      'nonsense',
    );
    const change = fc.record({
      at: fc.nat(1000),
      how: fc.constantFrom('drop', 'replace', 'add'),
      key: words,
      value: junk,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        ({ kind, example }, changes) => {
          const value = structuredClone(example);
          for (const { at, how, key, value: put } of changes) {
            const maps = containers(value);
            const map = maps[at % maps.length];
            if (map === undefined) continue;
            const keys = Object.keys(map);
            const old = keys[at % Math.max(1, keys.length)] ?? key;
            if (how === 'add') map[key] = structuredClone(put);
            else if (how === 'replace') map[old] = structuredClone(put);
            else delete map[old];
          }
          // Names and kinds are compared with the file when it is read, not here.
          if (isObject(value))
            for (const key of ['name', 'kind']) delete (value as Record<string, Json>)[key];
          const fits = ajv.getSchema(`${kind}.schema.json`)?.(value) === true;
          expect(shapeRules(kind, value).length === 0, JSON.stringify({ kind, value })).to.equal(fits);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** The maps in a value that have keys. */
function containers(value: Json): Record<string, Json>[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => containers(item));
  if (!isObject(value)) return [];
  return [value, ...Object.values(value).flatMap(containers)];
}
