export { applyFixes } from './apply-fixes.ts';
export { fixProject, type FileChange } from './fix-project.ts';
export { withFixes } from './with-fixes.ts';
