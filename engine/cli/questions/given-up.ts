import { isCancel, type CANCEL_SYMBOL } from '@clack/prompts';

/** Thrown when a person gave up answering (Ctrl-C, Esc), or the question is not asked any more. */
export const givenUp = new Error('given up');

/** What a person answered. Throws `givenUp`. */
export function given<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw givenUp;
  return answer;
}
