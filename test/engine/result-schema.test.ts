import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { expect } from 'chai';
import * as v from 'valibot';
import { z } from 'zod';
import type { ResultSchema } from '../../engine/api/result-schema.ts';
import { readResultSchema } from '../../engine/calls/result-schema.ts';
import { failureOf } from './kit.ts';

const label = { type: 'string', enum: ['bug', 'feature'] };

describe('schemas of results', () => {
  it('a JSON Schema is itself', async () => {
    const schema = { type: 'array' };
    const read = readResultSchema(schema);
    expect(read.schema).to.equal(schema);
    expect(read.check).to.equal(undefined);
    expect(await read.output([1])).to.deep.equal([1]);
    expect(readResultSchema(true).schema).to.equal(true);
    expect(readResultSchema(undefined).schema).to.equal(undefined);
  });

  it('one of zod is turned to JSON Schema, with its objects closed', () => {
    const schema = z.object({
      label: z.enum(['bug', 'feature']),
      notes: z.array(z.looseObject({ text: z.string() })).default([]),
    });
    expect(readResultSchema(schema).schema).to.deep.equal({
      type: 'object',
      properties: {
        label,
        notes: {
          type: 'array',
          default: [],
          items: {
            type: 'object',
            properties: { text: { type: 'string' } },
            required: ['text'],
            additionalProperties: {},
          },
        },
      },
      required: ['label'],
      additionalProperties: false,
    });
  });

  it('one of zod checks with its refinements and gives what its transforms make', async () => {
    const schema = z
      .object({ from: z.number(), to: z.number(), at: z.string().transform((text) => new Date(text)) })
      .refine(({ from, to }) => from < to, { message: 'from must be before to', path: ['to'] });
    const { check, output } = readResultSchema(schema);
    expect(await check?.({ from: 2, to: 1, at: '2026-01-01' })).to.equal('/to from must be before to');
    expect(await check?.({ from: 1, to: 2, at: '2026-01-01' })).to.equal(undefined);
    const { at } = (await output({ from: 1, to: 2, at: '2026-01-01' })) as { at: Date };
    expect(at.getUTCFullYear()).to.equal(2026);
    expect((await failureOf(output({ from: 2, to: 1, at: '' }))).type).to.equal('result_invalid');
  });

  it('one of Valibot is taken through its JSON Schema package, and says so without', () => {
    const schema = v.object({ label: v.picklist(['bug', 'feature']) });
    expect(readResultSchema(toStandardJsonSchema(schema)).schema).to.deep.equal({
      type: 'object',
      properties: { label: { ...label } },
      required: ['label'],
    });
    expect(() => readResultSchema(schema)).to.throw(
      'the valibot schema of the result gives no JSON Schema; wrap it in "toStandardJsonSchema" of @valibot/to-json-schema',
    );
  });

  it('one that is a function, or has a method of its own for JSON Schema, is taken too', async () => {
    const validate = (value: unknown) =>
      value === 'bug' ? { value } : { issues: [{ message: 'must be bug', path: [{ key: 'a' }, 1] }] };
    const schema = Object.assign(() => undefined, {
      '~standard': { version: 1 as const, vendor: 'own', validate },
      toJsonSchema: () => ({ $schema: 'https://json-schema.org/draft/2020-12/schema', const: 'bug' }),
    });
    const { schema: json, check } = readResultSchema(schema);
    expect(json).to.deep.equal({ const: 'bug' });
    expect(await check?.('x')).to.equal('/a/1 must be bug');
  });

  it('one that cannot be JSON Schema is refused before anything is asked', () => {
    const schema: ResultSchema = z.object({ at: z.date() });
    expect(() => readResultSchema(schema)).to.throw(/^the zod schema of the result has no JSON Schema: /);
  });
});
