import { recordOf, string, type Type } from '../expr/index.ts';

/** What `env` is where a text may read it: any of the listed variables, each a text. */
export const envType: Type = { ...recordOf({}), rest: string };
