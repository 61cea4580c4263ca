/** The same items, behind a check that is made when the first one is asked for; what it throws, the iteration throws. */
export function checkedFirst<T>(check: () => Promise<unknown>, items: AsyncIterable<T>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = items[Symbol.asyncIterator]();
      let next = async (): Promise<IteratorResult<T>> => {
        next = () => iterator.next();
        try {
          await check();
        } catch (thrown) {
          await iterator.return?.();
          throw thrown;
        }
        return iterator.next();
      };
      return {
        next: () => next(),
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}
