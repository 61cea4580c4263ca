import { Ajv } from 'ajv';
import { expect } from 'chai';
import { readEditorSchemas } from '../../engine/cli/editor-schemas.ts';
import { isObject, type Json, type JsonObject } from '../../engine/core/json.ts';
import { kindRow, kindNames, type Kind } from '../../engine/source/index.ts';
import { findingsOf } from '../fakes/project.ts';

const schemas = await readEditorSchemas();

/** Examples name specs that are not there; everything else about them is right. */
const aboutOthers = /^\S+ \w+ (?:ref|security|cost|graph|link)\//;

describe('schemas for editors', function () {
  this.timeout(120_000);

  it('there is one for each kind of spec that has a form of its own', () => {
    expect(schemas.map(({ kind }) => kind)).to.deep.equal(
      kindNames.filter((kind) => kind !== 'schema').sort(),
    );
  });

  for (const { kind, text } of schemas) {
    describe(kind, () => {
      const schema = JSON.parse(text()) as JsonObject;
      const examples = schema['examples'] as JsonObject[];

      it('is draft-07, in one piece, and compiles', () => {
        expect(schema['$schema']).to.equal('http://json-schema.org/draft-07/schema#');
        for (const [, node] of nodesOf(schema)) {
          const target = node['$ref'];
          if (target !== undefined) expect(target).to.match(/^#\/definitions\/[\w-]+$/);
        }
        expect(() => new Ajv({ strict: false, validateFormats: false }).compile(schema)).not.to.throw();
      });

      it('describes every key an editor offers', () => {
        const bare = nodesOf(schema).flatMap(([path, { properties }]) =>
          Object.entries(isObject(properties ?? null) ? (properties as JsonObject) : {})
            .filter(([, property]) => !isObject(property) || typeof property['description'] !== 'string')
            .map(([key]) => `${path}/${key}`),
        );
        expect(bare).to.deep.equal([]);
      });

      it('holds examples that it accepts', () => {
        const check = new Ajv({ strict: false, validateFormats: false }).compile(schema);
        expect(examples).not.to.deep.equal([]);
        for (const example of examples) expect(check(example), JSON.stringify(example)).to.equal(true);
      });

      it('holds examples that validate has nothing to say about', async () => {
        for (const example of examples) {
          const found = await findingsOf(projectOf(kind as Kind, example));
          expect(found.filter((finding) => !aboutOthers.test(finding))).to.deep.equal([]);
        }
      });
    });
  }
});

/** A project of one spec, written where and how its kind is. */
function projectOf(kind: Kind, example: JsonObject): Readonly<Record<string, unknown>> {
  if (kind === 'project') return { 'engine.yaml': example };
  const { folder = '', suffixes, bodyKey } = kindRow(kind);
  if (kind === 'skill') {
    const name = example['name'] as string;
    return { [`${folder}/${name}/SKILL.md`]: markdown(example, 'Do it.') };
  }
  if (suffixes.includes('.yaml')) return { [`${folder}/sample.yaml`]: example };
  return { [`${folder}/sample.md`]: markdown(example, bodyKey === undefined ? '' : 'Do it.') };
}

function markdown(front: JsonObject, body: string): string {
  return `---\n${JSON.stringify(front)}\n---\n\n${body}\n`;
}

/** Every object of a schema with its pointer; data is left out, and conditions, which speak of keys that are declared elsewhere. */
function nodesOf(node: Json | undefined, path = ''): (readonly [string, JsonObject])[] {
  if (Array.isArray(node)) return node.flatMap((item: Json, index) => nodesOf(item, `${path}/${index}`));
  if (!isObject(node)) return [];
  const inner = Object.entries(node).filter(([key]) => !others.has(key));
  return [[path, node], ...inner.flatMap(([key, value]) => nodesOf(value, `${path}/${key}`))];
}

const others: ReadonlySet<string> = new Set(['if', 'then', 'else', 'examples', 'default', 'const', 'enum']);
