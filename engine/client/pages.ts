import type { Page } from './types/options.ts';

/** Everything of a list, page by page, as far as somebody asks for it. */
export async function* allOf<Name extends string, Item>(
  name: Name,
  read: (from: string | undefined) => Promise<Page<Name, Item>>,
): AsyncGenerator<Item> {
  let from: string | undefined;
  do {
    const page = await read(from);
    yield* page[name];
    from = page.next ?? undefined;
  } while (from !== undefined);
}
