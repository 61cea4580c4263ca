/** About how many bytes a JSON value takes as text; its strings are counted by their length. Walks without recursion. */
export function roughSize(value: unknown): number {
  let size = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const item = left.pop();
    size += 8;
    if (typeof item === 'string') size += item.length;
    else if (typeof item === 'object' && item !== null) {
      for (const key in item) {
        size += key.length;
        left.push((item as Record<string, unknown>)[key]);
      }
    }
  }
  return size;
}
