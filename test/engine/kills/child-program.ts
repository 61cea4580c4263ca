import { builtProgram } from '../../fakes/programs.ts';

/** The program `test/engine/child.ts`, built. */
export function childProgram(): Promise<string> {
  return builtProgram('child');
}
