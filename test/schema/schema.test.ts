import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import { expect } from 'chai';
import { documents } from './documents.ts';

type Node = Readonly<Record<string, unknown>>;

const folder = new URL('../../schema/', import.meta.url);
const kinds = Object.keys(documents);
const files = readdirSync(folder).sort();
const schemas = new Map(
  files.map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Node]),
);

describe('schemas of the spec language', () => {
  it('there is one schema per kind, and one of what they share', () => {
    expect(files).to.deep.equal(['common', ...kinds].map((name) => `${name}.schema.json`).sort());
  });

  for (const file of files) {
    describe(file, () => {
      const schema = schemas.get(file) ?? {};
      const nodes = [...walk(schema, '')];

      it('compiles in the strict mode of draft-07', () => {
        expect(schema['$id']).to.equal(file);
        expect(schema['$schema']).to.equal('http://json-schema.org/draft-07/schema#');
        expect(() => validator(file)).not.to.throw();
      });

      it('describes every property in a sentence', () => {
        const bare = nodes.filter(
          ([path, node]) => /\/properties\/[^/]+$/.test(path) && !/\.$/.test(described(node)),
        );
        expect(bare.map(([path]) => path)).to.deep.equal([]);
      });

      it('gives every definition a title of its own and a description', () => {
        const titles = [...schemas.values()]
          .flatMap((each) => [each, ...Object.values(definitions(each))])
          .map(titleOf);
        for (const [key, definition] of [
          [titleOf(schema), schema] as const,
          ...Object.entries(definitions(schema)),
        ]) {
          expect(titleOf(definition)).to.equal(key.charAt(0).toUpperCase() + key.slice(1));
          expect(titles.filter((title) => title === titleOf(definition))).to.have.length(1);
          expect(described(definition)).to.match(/\.$/);
        }
      });

      it('closes every object to unknown keys', () => {
        const open = nodes.filter(
          // A map of names of the writer's beside known keys says what the others hold.
          ([, node]) =>
            'properties' in node && 'type' in node && (node['additionalProperties'] ?? true) === true,
        );
        expect(open.map(([path]) => path)).to.deep.equal([]);
        if (file === 'skill.schema.json') return;
        const strict = nodes.filter(([, node]) => node['additionalProperties'] === false);
        for (const [, node] of strict) expect(node['patternProperties']).to.deep.equal({ '^x-': {} });
      });

      it('holds examples and defaults that it accepts itself', () => {
        for (const [path, node] of nodes) {
          const examples = [
            ...((node['examples'] as unknown[] | undefined) ?? []),
            ...('default' in node ? [node['default']] : []),
          ];
          if (examples.length === 0) continue;
          const check = validator(`${file}#${path}`);
          for (const example of examples) expect(faults(check, example), path).to.equal('');
        }
      });
    });
  }

  for (const [kind, { good, bad }] of Object.entries(documents)) {
    describe(`documents of kind ${kind}`, () => {
      for (const [title, document] of Object.entries(good)) {
        it(`accepted: ${title}`, () =>
          expect(faults(validator(`${kind}.schema.json`), document)).to.equal(''));
      }
      for (const [title, document] of Object.entries(bad)) {
        it(`refused: ${title}`, () =>
          expect(faults(validator(`${kind}.schema.json`), document)).not.to.equal(''));
      }
    });
  }

  it('a profile has the keys of an agent', () => {
    const [agent, profile] = ['agent', 'profile'].map((kind) => {
      const {
        kind: _kind,
        name: _name,
        ...keys
      } = schemas.get(`${kind}.schema.json`)?.['properties'] as Node;
      return keys;
    });
    expect(profile).to.deep.equal(agent);
  });

  it('each form of a step requires an id, then its verb', () => {
    const { step, ...forms } = definitions(schemas.get('workflow.schema.json') ?? {});
    const branches = ((step?.['oneOf'] ?? []) as { $ref: string }[]).map(({ $ref }) =>
      $ref.replace('#/$defs/', ''),
    );
    expect(branches).to.have.length(21);
    for (const name of branches) {
      expect((forms[name]?.['required'] as string[]).slice(0, 2)).to.deep.equal([
        'id',
        name.replace(/Step$/, ''),
      ]);
    }
  });

  it('the first form whose verb is present is the one a step means', () => {
    const { step, ...forms } = definitions(schemas.get('workflow.schema.json') ?? {});
    const verbs = ((step?.['oneOf'] ?? []) as { $ref: string }[]).map(({ $ref }) =>
      $ref.replace(/^#\/\$defs\/|Step$/g, ''),
    );
    for (const [index, verb] of verbs.entries()) {
      const keys = Object.keys(forms[`${verb}Step`]?.['properties'] ?? {});
      expect(
        verbs.slice(0, index).filter((earlier) => keys.includes(earlier)),
        verb,
      ).to.deep.equal([]);
    }
  });
});

const ajv = new Ajv({ strict: true, allErrors: true });
for (const schema of schemas.values()) ajv.addSchema(schema);

/** The check of a schema, or of the part of it a JSON pointer names. */
function validator(id: string): ValidateFunction {
  return ajv.getSchema(id.includes('#') ? id : `${id}#`) ?? ajv.compile({ $ref: id });
}

function faults(check: ValidateFunction, document: unknown): string {
  return check(document) ? '' : ajv.errorsText(check.errors);
}

function definitions(schema: Node): Readonly<Record<string, Node>> {
  return (schema['$defs'] ?? {}) as Readonly<Record<string, Node>>;
}

function titleOf(node: Node): string {
  return String(node['title'] ?? '');
}

/** The description of a node, looked up through its reference when it has none itself. */
function described(node: Node): string {
  if (node['description'] !== undefined || node['$ref'] === undefined)
    return String(node['description'] ?? '');
  const [file = '', pointer = ''] = String(node['$ref']).split('#');
  const keys = pointer.split('/').slice(1);
  return described(keys.reduce<Node>((at, key) => (at[key] ?? {}) as Node, schemas.get(file) ?? {}));
}

/** Every schema inside a schema, with its JSON pointer; schemas that are only true or false are left out. */
function* walk(node: unknown, path: string): Generator<readonly [string, Node]> {
  if (typeof node !== 'object' || node === null) return;
  const schema = node as Node;
  yield [path, schema];
  for (const key of ['items', 'additionalProperties', 'propertyNames', 'if', 'then', 'else']) {
    yield* walk(schema[key], `${path}/${key}`);
  }
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    for (const [index, part] of ((schema[key] ?? []) as unknown[]).entries())
      yield* walk(part, `${path}/${key}/${index}`);
  }
  for (const key of ['properties', '$defs', 'patternProperties']) {
    for (const [name, part] of Object.entries((schema[key] ?? {}) as Node)) {
      yield* key === 'properties' && path.endsWith('/if') ? [] : walk(part, `${path}/${key}/${name}`);
    }
  }
}
