export type { Misfit } from './assignable.ts';
export { misfitsOfType } from './assignable.ts';
export { itemOf } from './cel-signatures.ts';
export { celOffers } from './cel-offers.ts';
export type { TypedValue } from './check-value.ts';
export { typeOfValue } from './check-value.ts';
export { describeType } from './describe-type.ts';
export {
  alwaysGives,
  assuming,
  evaluateCondition,
  parseExpression,
  readsOf,
  typeOfExpression,
  withCondition,
} from './expression.ts';
export { explainExpression, type Explained } from './explain-cel.ts';
export { changesFor, type Change, type Goal } from './flip-cel.ts';
export { compileSchema } from './schema-check.ts';
export { patternFault, schemaFaults } from './schema-faults.ts';
export { describeFaults } from './schema-message.ts';
export { literalTemplate, parseTemplate, templateReads, typedTemplate } from './template.ts';
export { templateOffers } from './template-offers.ts';
export { celPartAt, templatePartAt } from './type-at.ts';
export { typeFromSchema } from './type-from-schema.ts';
export { kindOfType, nameOfType } from './type-name.ts';
export { typeScope, withField, withNames } from './type-scope.ts';
export {
  dyn,
  isNever,
  listOf,
  literalOf,
  membersOf,
  never,
  nullType,
  number,
  recordOf,
  string,
  unionOf,
} from './type.ts';
export { constantValue, parseValue, valueReads } from './value.ts';
export { shortened, type TypeFault } from './type-fault.ts';
export type { Offer, Offers } from './offers.ts';
export type { PartAt } from './type-at.ts';
export type { TypeScope } from './type-scope.ts';
export type { Type } from './type.ts';
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
