import { choices, suggest } from '../core/suggest.ts';
import { fitsStars, type PermissionPattern, type Permissions } from '../program/permissions.ts';
import { toolKinds, type ToolKind } from '../program/tool-kinds.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { durationOf } from './scalars.ts';
import { builtinOf } from './tool-names.ts';

/** Tools that rules may be about. */
export interface KnownTools {
  /** Their names. */
  readonly names: ReadonlySet<string>;
  /** Beginnings of names of which the rest cannot be known beforehand, such as `github__` of an MCP server. */
  readonly prefixes: readonly string[];
}

/** Rules for tool calls. Reports patterns that cannot be read, that name no tool, and that stand in two lists. */
export function linkPermissions(reporter: Reporter, node: Node, tools: KnownTools): Permissions {
  const first = new Map<string, { readonly list: string; readonly node: Node }>();
  const read = (list: 'allow' | 'ask' | 'deny'): PermissionPattern[] =>
    node
      .get(list)
      .list()
      .flatMap((item) => {
        const pattern = readPattern(reporter, item);
        if (pattern === undefined) return [];
        const same = `${pattern.tool}(${pattern.argument ?? '*'})`;
        const other = first.get(same);
        if (other === undefined) first.set(same, { list, node: item });
        else reportTwice(reporter, item, pattern.source, list, other);
        if (pattern.kind === undefined) checkTool(reporter, item, pattern, tools);
        return [pattern];
      });
  return {
    allow: read('allow'),
    ask: read('ask'),
    deny: read('deny'),
    timeoutMs: durationOf(node.get('timeout')),
  };
}

function readPattern(reporter: Reporter, node: Node): PermissionPattern | undefined {
  const source = node.text();
  if (source === undefined) return undefined;
  if (source.startsWith('@')) return readKind(reporter, node, source);
  const [, tool = '', brackets, argument] = /^([A-Za-z0-9_*-]+)(\((.*)\))?$/s.exec(source) ?? [];
  if (tool === '') {
    reporter.report(
      node,
      'schema/bad-format',
      `"${source}" is no pattern for calls; write the name of a tool, or "tool(text *)" with a pattern for its main argument`,
    );
    return undefined;
  }
  const name = builtinOf(tool) ?? tool;
  return { source, tool: name, argument: brackets === undefined ? undefined : argument };
}

/** `@destructive`: all tools of a kind. */
function readKind(reporter: Reporter, node: Node, source: string): PermissionPattern | undefined {
  const kind = toolKinds.find((one): one is ToolKind => source === `@${one}`);
  if (kind !== undefined) return { source, tool: source, kind, argument: undefined };
  const all = toolKinds.map((one) => `@${one}`);
  reporter.report(
    node,
    'schema/bad-format',
    `no kind of tools is called "${source}"${choices(source, all)}`,
    {
      suggestions: suggest(source, all, 3),
    },
  );
  return undefined;
}

function checkTool(
  reporter: Reporter,
  node: Node,
  { source, tool }: PermissionPattern,
  { names, prefixes }: KnownTools,
): void {
  const head = tool.split('*')[0] ?? '';
  const hasStar = tool.includes('*');
  const found = hasStar
    ? [...names].some((name) => fitsStars(name, tool)) ||
      prefixes.some((prefix) => prefix.startsWith(head) || head.startsWith(prefix))
    : names.has(tool) || prefixes.some((prefix) => tool.startsWith(prefix));
  reporter.noteReference(node, { kind: 'tool', name: tool, known: found });
  if (found) return;
  const all = [...names, ...prefixes.map((prefix) => `${prefix}*`)];
  const written = source.slice(0, /\(|$/.exec(source)?.index);
  reporter.report(
    node,
    'ref/unknown-tool',
    hasStar ? `no tool fits "${written}"${choices(tool, all)}` : `no tool "${written}"${choices(tool, all)}`,
    { suggestions: suggest(tool, all, 3), within: { start: 0, end: written.length } },
  );
}

function reportTwice(
  reporter: Reporter,
  node: Node,
  source: string,
  list: string,
  other: { readonly list: string; readonly node: Node },
): void {
  const where = other.list === list ? `twice under "${list}"` : `under "${other.list}" and under "${list}"`;
  reporter.report(node, 'ref/duplicate-entry', `"${source}" stands ${where}; keep one of them`, {
    related: [
      {
        file: other.node.source.file,
        range: other.node.source.rangeOf(other.node.pointer),
        message: 'first here',
      },
    ],
  });
}
