/** Waits for something that must come; fails with what it waited for, and with what `more` says, when it does not in so many milliseconds. */
export async function within<T>(
  ms: number,
  what: string,
  awaited: Promise<T>,
  more: () => string = () => '',
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what} ${more()}`)), ms);
  });
  return Promise.race([awaited, late]).finally(() => clearTimeout(timer));
}
