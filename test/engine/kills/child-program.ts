import { fileURLToPath } from 'node:url';
import { bundleOf } from './bundle.ts';

let made: Promise<string> | undefined;

/** The program `test/engine/child.ts` in one file, made once for all tests of this process. */
export function childProgram(): Promise<string> {
  return (made ??= bundleOf(fileURLToPath(new URL('../child.ts', import.meta.url))));
}
