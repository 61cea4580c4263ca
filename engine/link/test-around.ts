import type { Tool } from '../program/tool.ts';
import type { Callees } from './link-callee.ts';
import type { Askers } from './link-script.ts';

/** What tests refer to. */
export interface TestAround extends Callees {
  readonly askers: Askers;
  readonly declared: Readonly<Record<string, Tool>>;
}
