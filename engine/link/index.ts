export { createLinkMemo, type LinkMemo } from './draft-memo.ts';
export { engineLockText, lockFile, readEngineLock } from './engine-lock.ts';
export { link } from './link.ts';
export { linkSkill } from './link-skill.ts';
export { describeOperation } from './describe-operation.ts';
export { innerSteps } from './reached.ts';
