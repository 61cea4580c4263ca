export { createLinkMemo, type LinkMemo } from './draft-memo.ts';
export { link } from './link.ts';
export { linkSkill } from './link-skill.ts';
export { describeOperation } from './describe-operation.ts';
