import type { Page } from '../client/index.ts';

/** As many items of a list at a server as are asked for, 100 by default, however many it puts on a page: large ones are few. */
export async function asMany<Name extends string, Item, Filter extends Asked>(
  name: Name,
  filter: Filter,
  read: (filter: Filter) => Promise<Page<Name, Item>>,
): Promise<readonly Item[]> {
  const { limit = 100 } = filter;
  const found: Item[] = [];
  for (let asked = filter; ;) {
    const page = await read(asked);
    found.push(...page[name]);
    if (page.next === null || found.length >= limit) return found;
    asked = { ...asked, limit: limit - found.length, before: page.next };
  }
}

interface Asked {
  readonly limit?: number;
  readonly before?: string;
}
