import { isCancel, type CANCEL_SYMBOL } from '@clack/prompts';
import { givenUp } from './given-up.ts';

/** What a person answered. Throws `givenUp`. */
export function given<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw givenUp;
  return answer;
}
