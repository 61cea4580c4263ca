import { expect } from 'chai';

/** Checks a text against what a page shows; `…` there stands for anything, and space at the ends does not count. */
export function expectShown(actual: string, shown: string): void {
  if (fits(actual, shown)) return;
  expect(actual.trim()).to.equal(shown.trim());
}

/** Tells whether a text is what a page shows. */
export function fits(actual: string, shown: string): boolean {
  const pattern = shown
    .trim()
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[\\s\\S]*?');
  return new RegExp(`^${pattern}$`).test(actual.trim().replace(/[ \t]+$/gm, ''));
}
