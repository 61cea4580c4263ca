/** Thrown when a person gave up answering (Ctrl-C, Esc), or the question is not asked any more. */
export const givenUp = new Error('given up');
