import { parse } from 'yaml';
import { Problem } from '../../core/problem.ts';
import { isObject } from '../../core/json.ts';

/** How a project is connected with something: steps for a person or a coding agent, and files that can be written as they are. */
export interface Guide {
  readonly name: string;
  readonly description: string;
  /** What it adds: `tool`, `provider`, `mcp`, `secrets` and the like. */
  readonly kind: string;
  /** The Markdown below the front matter. */
  readonly body: string;
  /** The blocks of the body that stand behind `<!-- file: path -->`, as the front matter names them under `adds`. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

/**
 * Reads a guide from its Markdown. Nothing of it is run.
 * @param from where it comes from, for messages.
 * Throws Problem `invalid_request` that says what is wrong with it.
 */
export function readGuide(markdown: string, from: string): Guide {
  const refuse = (why: string): Problem => new Problem('invalid_request', `${from} is no guide: ${why}`);
  const found = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*\r?\n([\s\S]*)$/.exec(markdown.replace(/^\uFEFF/, ''));
  if (found === null) throw refuse('it does not begin with front matter between two lines "---"');
  const [, front = '', body = ''] = found;
  let about: unknown;
  try {
    about = parse(front);
  } catch {
    throw refuse('its front matter is not YAML');
  }
  if (!isObject(about)) throw refuse('its front matter is no map');
  const { name, description, kind, adds = [] } = about;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(name))
    throw refuse('"name" must be lower-case letters, digits and "-"');
  if (typeof description !== 'string' || typeof kind !== 'string')
    throw refuse('"description" and "kind" must be texts');
  if (!Array.isArray(adds)) throw refuse('"adds" must be a list of paths');
  const blocks = new Map(fileBlocks(body));
  const files = (adds as readonly unknown[]).map((path) => {
    if (typeof path !== 'string') throw refuse('"adds" must be a list of paths');
    const fault = pathFault(path);
    if (fault !== undefined) throw refuse(`"${path}" ${fault}`);
    const text = blocks.get(path);
    if (text === undefined) throw refuse(`no block "<!-- file: ${path} -->" holds what it adds`);
    return { path, text };
  });
  const unnamed = [...blocks.keys()].find((path) => !files.some((file) => file.path === path));
  if (unnamed !== undefined) throw refuse(`"${unnamed}" is not listed under "adds"`);
  return { name, description, kind, body: body.trim(), files };
}

function fileBlocks(body: string): [string, string][] {
  const block = /^<!-- file: (\S+) -->\r?\n(`{3,})[^\n]*\n([\s\S]*?)^\2[ \t]*\r?$/gm;
  return [...body.matchAll(block)].map(([, path = '', , text = '']) => [path, text]);
}

const folders = /^(?:src|\.agents|\.engine)\//;

/** Specs and code in the folders of specs; nothing that other programs act on by itself. */
function pathFault(path: string): string | undefined {
  if (/[\\:\0]/.test(path) || path.split('/').some((part) => ['', '.', '..'].includes(part)))
    return 'must be a path below the project';
  if (!folders.test(path) || /^\.engine\/data\//.test(path) || /\/\./.test(path))
    return 'must be in src, .agents or .engine';
  return /\.(?:ya?ml|json|md|hbs|ts)$/.test(path)
    ? undefined
    : 'must be a .yaml, .json, .md, .hbs or .ts file';
}
