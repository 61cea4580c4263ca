export { evaluateCondition, parseExpression, readsOf } from './expression.ts';
export { compileSchema } from './schema-check.ts';
export { schemaFaults } from './schema-faults.ts';
export { describeFaults } from './schema-message.ts';
export { literalTemplate, parseTemplate, templateReads } from './template.ts';
export { constantValue, parseValue, valueReads } from './value.ts';
export type {
  Expression,
  ExpressionFault,
  Read,
  Scope,
  SchemaCheck,
  SchemaFault,
  Template,
  TemplateFault,
  Value,
} from './types.ts';
