/** Where this package is: the folder of its `package.json`, with `schema/` and `specs/` in it. Two folders up from here, built or not. */
export const packageUrl: URL = new URL('../../', import.meta.url);
