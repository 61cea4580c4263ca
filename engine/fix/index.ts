export { applyFixes } from './apply-fixes.ts';
export { withFixes } from './with-fixes.ts';
