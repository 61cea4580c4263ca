import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver/node';
import { celOffers, describeType, templateOffers, type Offer, type Offers } from '../expr/index.ts';
import { markdown, order, replacing, type Completing } from './completion.ts';
import { partialNames } from './partials.ts';
import type { Cursor } from './marked.ts';
import { factAt, scopeAt } from './text-scope.ts';

/** What the text around an offset is: inside of `${{ }}`, inside of `{{ }}`, or neither. */
export function languageAt(text: string, offset: number): 'value' | 'template' | 'plain' {
  const before = text.slice(0, offset);
  const open = before.lastIndexOf('{{');
  if (open === -1 || before.lastIndexOf('}}') > open) return 'plain';
  return before[open - 1] === '$' ? 'value' : 'template';
}

/** What an expression or template may hold where the cursor is. A plain text is one only where linking takes it for an expression. */
export async function completeText(
  cursor: Cursor,
  at: Completing,
  language: ReturnType<typeof languageAt>,
): Promise<CompletionItem[]> {
  const { node, text, offset, source } = cursor;
  const isKnown = factAt(at.analysis, source.file, node.pointer) !== undefined;
  if (language === 'plain' && !isKnown && !mayBeCondition(node.pointer)) return [];
  const found = await scopeAt(at.project, source, node.pointer, language === 'value');
  if (found === undefined || (language === 'plain' && found.language === 'template')) return [];
  if (language === 'template') {
    if (found.language !== 'template') return [];
    const offers = templateOffers(text, offset, found.scope, partialNames(at.project.root));
    return offers === undefined ? [] : itemsOf(offers, offset, at);
  }
  const start = language === 'value' ? text.lastIndexOf('${{', offset) + 3 : 0;
  const close = language === 'value' ? text.indexOf('}}', offset) : -1;
  const inner = text.slice(start, close === -1 ? text.length : close);
  return itemsOf(celOffers(inner, offset - start, found.scope), offset - start, at);
}

/** Keys whose text is an expression without `${{ }}`. */
function mayBeCondition(pointer: string): boolean {
  return /\/(?:if|when|until|while|items)$/.test(pointer);
}

/** Offers of a text as items; the cursor is at an offset of that text. */
export function itemsOf(
  { start, end, offers }: Offers,
  offset: number,
  at: Pick<Completing, 'offset' | 'places'>,
): CompletionItem[] {
  return offers.map((offer, index) =>
    replacing(at, offset - start, Math.max(0, end - offset), {
      label: offer.text,
      kind: kinds[offer.kind],
      ...detailOf(offer),
      ...(offer.about === undefined ? {} : { documentation: markdown(offer.about) }),
      sortText: order(groups[offer.kind], index),
    }),
  );
}

function detailOf({ type, form, optional }: Offer): { detail?: string } {
  if (form !== undefined) return { detail: form };
  if (type === undefined) return {};
  const text = describeType(type, { depth: 1, width: 6 }).replace(/\s+/g, ' ');
  return { detail: optional === true ? `${text} (may be missing)` : text };
}

const groups: Readonly<Record<Offer['kind'], number>> = {
  value: 0,
  end: 0,
  partial: 0,
  field: 1,
  name: 2,
  helper: 3,
  block: 3,
  function: 4,
};

const kinds: Readonly<Record<Offer['kind'], CompletionItemKind>> = {
  name: CompletionItemKind.Variable,
  field: CompletionItemKind.Field,
  value: CompletionItemKind.EnumMember,
  function: CompletionItemKind.Function,
  helper: CompletionItemKind.Function,
  block: CompletionItemKind.Keyword,
  end: CompletionItemKind.Keyword,
  partial: CompletionItemKind.File,
};
