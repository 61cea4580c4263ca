import { isAlias, isMap, isScalar, isSeq, type Alias, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { pointer as pointerOf } from '../core/json-pointer.ts';
import type { Json } from '../core/json.ts';
import type { TextStyle } from './align-text.ts';
import type { Place, Span } from './place.ts';
import type { RepairedDocument } from './yaml-repair.ts';

/** Something wrong with a node; spans count in the file. */
export interface NodeFinding {
  readonly rule: string;
  readonly message: string;
  readonly span: Span;
  readonly related?: { readonly span: Span; readonly message: string };
}

/** The plain value of a document, and the places of its parts. */
export interface ReadNodes {
  readonly value: Json;
  readonly place: Place;
  readonly findings: readonly NodeFinding[];
  readonly damaged: readonly string[];
}

interface ReadNode {
  readonly value: Json;
  readonly place: Place;
  /** Values inside, aliases counted as what they stand for. */
  readonly weight: number;
}

const maxDepth = 64;
const maxAliasWeight = 20_000;
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

/** Turns the nodes of a document into a JSON value with places; `start` is where its text begins in the file. */
export function readNodes({ document, traps }: RepairedDocument, text: string, start: number): ReadNodes {
  const findings: NodeFinding[] = [];
  const damaged: string[] = [];
  const anchors = new Map<string, ReadNode>();
  let aliasWeight = 0;

  const find = (rule: string, message: string, span: Span, related?: NodeFinding['related']): void => {
    findings.push({ rule, message, span, ...(related === undefined ? {} : { related }) });
  };
  const spanOf = (node: unknown): Span => {
    const range = (node as { range?: readonly number[] | null } | null)?.range;
    if (range == null) return [start, start];
    const [from = 0, to = 0] = range;
    return [start + from, start + from + text.slice(from, to).trimEnd().length];
  };

  const read = (node: unknown, path: string, depth: number): ReadNode => {
    if (depth > maxDepth) {
      find('yaml/too-deep', `values are nested more than ${maxDepth} deep`, spanOf(node));
      damaged.push(path);
      return { value: null, place: { value: spanOf(node) }, weight: 1 };
    }
    const result = isAlias(node)
      ? readAlias(node, path)
      : isMap(node)
        ? readMap(node, path, depth)
        : isSeq(node)
          ? readList(node, path, depth)
          : isScalar(node)
            ? readScalar(node, path)
            : { value: null, place: { value: spanOf(node) }, weight: 1 };
    const anchor = isAlias(node) ? undefined : (node as { anchor?: string } | null)?.anchor;
    if (anchor !== undefined) anchors.set(anchor, result);
    return result;
  };

  const readAlias = (node: Alias, path: string): ReadNode => {
    const span = spanOf(node);
    const target = anchors.get(node.source);
    if (target === undefined) {
      find(
        'yaml/star-is-an-alias',
        `no anchor "${node.source}" stands above; quote the text if it is one`,
        span,
      );
      damaged.push(path);
      return { value: null, place: { value: span }, weight: 1 };
    }
    aliasWeight += target.weight;
    if (aliasWeight > maxAliasWeight) {
      if (aliasWeight - target.weight <= maxAliasWeight)
        find('yaml/too-many-aliases', 'the aliases stand for too many values', span);
      damaged.push(path);
      return { value: null, place: { value: span }, weight: 1 };
    }
    const { children } = target.place;
    return { ...target, place: { value: span, ...(children === undefined ? {} : { children }) } };
  };

  const readMap = (node: YAMLMap, path: string, depth: number): ReadNode => {
    const value: Record<string, Json> = {};
    const children = new Map<string, Place>();
    let weight = 1;
    for (const pair of node.items) {
      const keySpan = spanOf(pair.key);
      const key = keyText(pair.key);
      const first = key === undefined ? undefined : children.get(key);
      if (key === undefined) {
        find('yaml/syntax', 'a key must be text', keySpan);
        damaged.push(path);
      } else if (forbiddenKeys.has(key)) {
        find('yaml/forbidden-key', `"${key}" cannot be a key`, keySpan);
      } else if (key === '<<') {
        find('yaml/merge-key', 'merge keys are not supported; write the keys out', keySpan);
      } else if (first !== undefined) {
        const related = { span: first.key ?? first.value, message: 'first written here' };
        find('yaml/duplicate-key', `"${key}" is written twice`, keySpan, related);
      } else {
        const inner = read(pair.value, path + pointerOf(key), depth + 1);
        const at: Span = pair.value == null ? [keySpan[1], keySpan[1]] : inner.place.value;
        children.set(key, { ...inner.place, value: at, key: keySpan });
        value[key] = inner.value;
        weight += inner.weight;
      }
    }
    return { value, place: { value: spanOf(node), children }, weight };
  };

  const readList = (node: YAMLSeq, path: string, depth: number): ReadNode => {
    const value: Json[] = [];
    const children = new Map<string, Place>();
    let weight = 1;
    for (const [index, item] of node.items.entries()) {
      const inner = read(item, path + pointerOf(index), depth + 1);
      value.push(inner.value);
      children.set(String(index), inner.place);
      weight += inner.weight;
    }
    return { value, place: { value: spanOf(node), children }, weight };
  };

  const readScalar = (node: Scalar, path: string): ReadNode => {
    const span = spanOf(node);
    const trap = traps.get(span[0] - start);
    if (trap !== undefined) {
      damaged.push(path);
      return {
        value: trap.raw,
        place: { value: span, text: { style: 'plain', value: trap.raw } },
        weight: 1,
      };
    }
    const value = scalarValue(node, span, path);
    const text = typeof value === 'string' ? { text: { style: styleOf(node), value } } : {};
    return { value, place: { value: span, ...text }, weight: 1 };
  };

  const scalarValue = (node: Scalar, span: Span, path: string): Json => {
    const { value } = node;
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) {
        find('yaml/bad-number', `"${node.source ?? String(value)}" is not a number that JSON knows`, span);
        damaged.push(path);
        return null;
      }
      if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?\d+$/.test(node.source ?? '')) {
        find(
          'yaml/number-lost-digits',
          `"${node.source ?? ''}" is too large to keep all its digits; quote it`,
          span,
        );
      }
      return value;
    }
    return typeof value === 'string' || typeof value === 'boolean' ? value : null;
  };

  const { value, place } = read(document.contents, '', 0);
  for (const { code, pos, message } of document.warnings) {
    if (code === 'TAG_RESOLVE_FAILED') {
      find('yaml/bang-is-a-tag', 'YAML tags are not supported; remove it, or quote the text', [
        start + pos[0],
        start + pos[1],
      ]);
    } else
      find('yaml/syntax', message.charAt(0).toLowerCase() + message.slice(1), [
        start + pos[0],
        start + pos[1],
      ]);
  }
  return { value, place, findings, damaged };
}

function keyText(key: unknown): string | undefined {
  if (key === null || key === undefined) return '';
  if (!isScalar(key)) return undefined;
  if (typeof key.value === 'string') return key.value;
  return key.source ?? String(key.value ?? '');
}

function styleOf(node: Scalar): TextStyle {
  switch (node.type) {
    case 'QUOTE_DOUBLE':
      return 'double';
    case 'QUOTE_SINGLE':
      return 'single';
    case 'BLOCK_FOLDED':
    case 'BLOCK_LITERAL':
      return 'block';
    default:
      return 'plain';
  }
}
