export type { Expression, Scope, SchemaCheck, SchemaFault, Template, Value } from './types.ts';
