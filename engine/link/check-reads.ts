import { choices, suggest } from '../core/suggest.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { meantRead } from './meant-read.ts';
import type { Visible } from './visible.ts';

/** A path that is read, and where it stands in the text of its node. */
interface Read {
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Reports reads of names, steps, variables and secrets that are not visible. `inText` where the text goes to people and models. */
export function checkReads(
  reporter: Reporter,
  node: Node,
  reads: readonly Read[],
  visible: Visible,
  inText = false,
): void {
  for (const { path, start, end } of reads) {
    const [head, field] = path;
    const unknown = (rule: string, message: string, word: string, all: Iterable<string>): void =>
      reporter.report(node, rule, message, {
        within: wordIn(node, start, end, path.indexOf(word), word),
        suggestions: suggest(word, all, 3),
      });
    if (head === undefined) continue;
    if (!visible.names.has(head)) {
      if (head === 'secrets') {
        unknown(
          inText ? 'security/secret-in-text' : 'security/secret-in-value',
          'secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
          head,
          [],
        );
      } else {
        const meant = meantRead(head, visible);
        const end = meant === undefined ? choices(head, visible.names) : `; write "${meant}"`;
        unknown('ref/unknown-name', `nothing is called "${head}" here${end}`, head, visible.names);
      }
    } else if (field === undefined) continue;
    else if (head === 'steps' && visible.steps !== undefined && !visible.steps.has(field)) {
      const home = visible.hidden?.get(field);
      const why = home === undefined ? choices(field, visible.steps) : `; ${home}`;
      unknown('ref/unknown-step', `no step "${field}" is visible here${why}`, field, visible.steps);
    } else if (head === 'env' && !visible.env.has(field)) {
      unknown(
        'ref/unknown-env',
        `"${field}" is not listed under "env" in the project config${choices(field, visible.env)}`,
        field,
        visible.env,
      );
    } else if (head === 'secrets' && visible.secrets?.has(field) === false) {
      if (visible.declaredSecrets?.has(field) === true) {
        const message = `secret "${field}" is not granted here; add it to "secrets" of this file`;
        unknown('security/secret-not-granted', message, field, []);
        continue;
      }
      unknown(
        'ref/unknown-secret',
        `no secret "${field}"${choices(field, visible.secrets) || '; declare it under "secrets" in engine.yaml'}`,
        field,
        visible.secrets,
      );
    } else if (head === 'steps' && visible.steps !== undefined) {
      const part = path[2];
      const parts = ['output', 'status', 'error', 'attempts'];
      if (part !== undefined && !parts.includes(part)) {
        const near = suggest(part, parts).length > 0;
        unknown(
          'ref/unknown-field',
          `a step has no "${part}"${choices(part, parts)}${near ? '' : `; write steps.${field}.output.${part} for its output`}`,
          part,
          parts,
        );
      }
    }
  }
}

/** Where one word of a path stands, so that a finding points at it and not at the whole path. */
function wordIn(
  node: Node,
  start: number,
  end: number,
  position: number,
  word: string,
): { readonly start: number; readonly end: number } {
  const text = node.text()?.slice(start, end) ?? '';
  let at = -1;
  for (let count = 0; count <= position; count += 1) {
    at = count < position ? text.indexOf('.', at + 1) : text.indexOf(word, at + 1);
    if (at === -1) return { start, end };
  }
  return { start: start + at, end: start + at + word.length };
}
