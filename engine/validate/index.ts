export { validateShape } from './validate.ts';
