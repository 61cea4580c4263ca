import { SymbolKind, type DocumentSymbol } from 'vscode-languageserver/node';
import { rootOf, type Node, type Source } from '../source/index.ts';
import { lspRange } from './positions.ts';
import { sourceOf, type Project } from './project.ts';
import { keysAt } from './schema-at.ts';
import { outlineOf, type WrittenStep } from './steps.ts';

/** The outline of a spec: its keys, and the steps of a workflow. */
export async function symbols(project: Project, path: string): Promise<DocumentSymbol[]> {
  const source = sourceOf(await project.analysis(), path);
  if (source === undefined) return [];
  return rootOf(source)
    .entries()
    .map(([key, node]) => {
      const steps = source.kind === 'workflow' && key === 'steps' ? outlineOf(source) : [];
      const symbol = symbolOf(source, node, { name: key, kind: SymbolKind.Property, selection: 'key' });
      return steps.length === 0
        ? symbol
        : { ...symbol, children: steps.map((step) => stepSymbol(source, step)) };
    });
}

function stepSymbol(source: Source, { id, node, inner }: WrittenStep): DocumentSymbol {
  const verb = keysAt(source, node.pointer).find(({ key, required }) => {
    return required && key !== 'id' && node.get(key).value !== undefined;
  })?.key;
  const target = verb === undefined ? undefined : node.get(verb).text()?.split('\n', 1)[0]?.slice(0, 40);
  const detail = [verb, target].filter((part) => part !== undefined).join(' ');
  const symbol = symbolOf(source, node, { name: id, kind: SymbolKind.Function, selection: 'id' });
  return {
    ...symbol,
    ...(detail === '' ? {} : { detail }),
    ...(inner.length === 0 ? {} : { children: inner.map((step) => stepSymbol(source, step)) }),
  };
}

function symbolOf(
  source: Source,
  { pointer }: Node,
  {
    name,
    kind,
    selection,
  }: { readonly name: string; readonly kind: SymbolKind; readonly selection: 'key' | 'id' },
): DocumentSymbol {
  const value = source.rangeOf(pointer);
  const chosen = selection === 'id' ? source.rangeOf(`${pointer}/id`) : source.rangeOf(pointer, 'key');
  const [start, end] = [
    value.start.offset < chosen.start.offset ? value.start : chosen.start,
    value.end.offset > chosen.end.offset ? value.end : chosen.end,
  ];
  return { name, kind, range: lspRange({ start, end }), selectionRange: lspRange(chosen) };
}
