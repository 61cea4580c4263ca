export { schemaSet, type Located, type SchemaSet } from './schema-set.ts';
export { validateShape } from './validate.ts';
