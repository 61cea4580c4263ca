import { Ajv } from 'ajv';
import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { bundleSchema } from '../../engine/cli/bundle-schema.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import { documents } from '../schema/documents.ts';

const folder = new URL('../../schema/', import.meta.url);
const files = Object.fromEntries(
  readdirSync(folder).map((file) => [
    file,
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as JsonObject,
  ]),
);

const options = { strict: false, validateFormats: false };

describe('bundled schemas', () => {
  for (const file of Object.keys(files).filter((name) => name !== 'common.schema.json')) {
    it(`${file} needs no other file and says the same`, () => {
      const bundle = bundleSchema(files, file);
      expect(JSON.stringify(bundle)).not.to.match(/"\$ref":"[^"]*\.schema\.json/);
      const isValid = new Ajv(options).compile(bundle);
      const original = new Ajv({ ...options, schemas: Object.values(files) });
      const { good, bad } = documents[file.replace('.schema.json', '')] ?? { good: {}, bad: {} };
      const samples = [...Object.values(good), ...Object.values(bad)];
      for (const document of samples) {
        expect(isValid(document), JSON.stringify(document)).to.equal(original.validate(file, document));
      }
      expect(samples).not.to.deep.equal([]);
    });
  }

  it('a definition that is missing is an error', () => {
    expect(() => bundleSchema({ 'a.schema.json': { $ref: '#/$defs/x' } }, 'a.schema.json')).to.throw(
      '"a.schema.json#/$defs/x" points at nothing',
    );
  });
});
