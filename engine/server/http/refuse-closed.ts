import type { Engine } from '../../api.ts';
import { insideOf } from '../../api/inside.ts';
import { Problem } from '../../core/problem.ts';

/** Refuses what is asked of an engine that is closed, also what it could still tell. Throws Problem `shutting_down`. */
export function refuseClosed(engine: Engine): void {
  if (insideOf(engine).isClosed) throw new Problem('shutting_down', 'the engine is closed');
}
