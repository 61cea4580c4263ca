import { mcpSearchTools } from '../program/mcp.ts';
import type { ScriptedModel, ScriptReply, ScriptRule } from '../program/model.ts';
import { suggest } from '../core/suggest.ts';
import { dyn, patternFault, recordOf, typeScope } from '../expr/index.ts';
import type { Reporter } from './context.ts';
import { known } from './names.ts';
import type { Node } from '../source/index.ts';
import { durationOf } from './scalars.ts';
import { linkExpression, linkTemplate, linkValue } from './text.ts';
import type { Visible } from './visible.ts';

const names = new Set(['text', 'messages', 'results', 'result', 'input', 'turn', 'agent', 'match']);

/** Who may ask a scripted model, and the tools they may have. */
export interface Askers {
  readonly tools: ReadonlySet<string>;
  /** Beginnings of names of tools that cannot be known beforehand. */
  readonly prefixes: readonly string[];
  /** Agents, profiles and workflows. */
  readonly agents: ReadonlySet<string>;
  /** Step ids of all workflows. */
  readonly steps: ReadonlySet<string>;
}

/** A scripted model: its replies in order, and its default as a last reply that always fits. */
export function linkScript(
  reporter: Reporter,
  root: Node,
  around: Pick<Visible, 'env' | 'partials'> & Askers,
): ScriptedModel {
  const rules = linkRules(reporter, root.get('replies'), around);
  const last = root.get('default');
  if (last.value !== undefined)
    rules.push({ match: {}, reply: linkReply(reporter, last, visibleTo(around), around) });
  return { name: root.source.name, rules };
}

/** Replies in their order. */
export function linkRules(
  reporter: Reporter,
  list: Node,
  around: Pick<Visible, 'env' | 'partials'> & Askers,
): ScriptRule[] {
  const visible = visibleTo(around);
  return list.list().map((node) => linkRule(reporter, node, visible, around));
}

function visibleTo(around: Pick<Visible, 'env' | 'partials'> & Askers): Visible {
  const results = recordOf(Object.fromEntries([...around.tools].map((tool) => [tool, dyn])));
  return {
    names,
    env: around.env,
    partials: around.partials,
    // Which tools an MCP server has is not known beforehand.
    types: typeScope({ results: around.prefixes.length === 0 ? results : dyn }),
  };
}

function linkRule(reporter: Reporter, node: Node, visible: Visible, askers: Askers): ScriptRule {
  const { agents, steps } = askers;
  const match = node.get('match');
  const when = linkExpression(reporter, match.get('when'), visible);
  const tool = match.get('tool').text();
  if (tool !== undefined) knownTool(reporter, match.get('tool'), tool, askers);
  const pattern = match.get('pattern').text();
  const fault = pattern === undefined ? undefined : patternFault(pattern);
  if (fault !== undefined) reporter.report(match.get('pattern'), 'schema/bad-format', fault);
  const agent = match.get('agent').text();
  if (agent !== undefined) known(reporter, match.get('agent'), 'agent', agent, agents);
  const step = match.get('step').text();
  if (step !== undefined) known(reporter, match.get('step'), 'step', lastStepOf(step), steps);
  const times = node.get('times').number();
  const given = match.object() ?? {};
  const pick = (key: string): Record<string, unknown> =>
    given[key] === undefined ? {} : { [key]: given[key] };
  return {
    match: {
      ...pick('text'),
      ...pick('pattern'),
      ...pick('tool'),
      ...pick('result'),
      ...pick('system'),
      ...pick('agent'),
      ...pick('step'),
      ...pick('turn'),
      ...(when === undefined ? {} : { when }),
    },
    ...linkReplies(reporter, node, visible, askers),
    ...(times === undefined ? {} : { times }),
  };
}

/** The reply of a rule, or those of its sequence. */
function linkReplies(
  reporter: Reporter,
  node: Node,
  visible: Visible,
  askers: Askers,
): Pick<ScriptRule, 'reply' | 'sequence'> {
  const [first, ...rest] = node
    .get('sequence')
    .list()
    .map((item) => linkReply(reporter, item, visible, askers));
  if (first === undefined) return { reply: linkReply(reporter, node, visible, askers) };
  const repeat = node.get('repeat').value === true;
  return { reply: first, sequence: { replies: [first, ...rest], repeat } };
}

/**
 * Reports a tool that is not there. One of an MCP server may be there.
 * @param part `key` where the name is the key of the node.
 */
export function knownTool(
  reporter: Reporter,
  node: Node,
  name: string,
  { tools, prefixes }: Askers,
  part?: 'key',
): void {
  if (offered.has(name)) return;
  if (prefixes.some((prefix) => name.startsWith(prefix))) return;
  // What is like no tool of the project may be one that a call brings along, or be wrong on purpose.
  if (/^[\w-]+$/.test(name) && !tools.has(name) && suggest(name, tools).length === 0) {
    const hint = 'it can only be one that a program gives a call, or a mistake that the model is to make';
    reporter.report(node, 'ref/unknown-tool', `no tool "${name}" in this project; ${hint}`, {
      level: 'warning',
      ...(part === undefined ? {} : { part }),
    });
    return reporter.noteReference(node, { kind: 'tool', name, known: false });
  }
  known(reporter, node, 'tool', name, tools, undefined, part);
}

/** Tools that models are offered without any spec naming them: those that end with a typed result, and those of deepagents. */
const offered: ReadonlySet<string> = new Set([
  ...['finish', 'finish_result', 'give_up', 'give_up_result'],
  ...['write_todos', 'read_file', 'write_file', 'edit_file', 'delete'],
  ...mcpSearchTools,
]);

/** The id at the end of a step path such as `each[0]/weight` or `both.tea/price`. */
function lastStepOf(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/[[.#].*$/, '');
}

function linkReply(reporter: Reporter, node: Node, visible: Visible, askers: Askers): ScriptReply {
  const text = linkTemplate(reporter, node.get('text'), visible);
  const thinking = linkTemplate(reporter, node.get('thinking'), visible);
  const json = linkValue(reporter, node.get('json'), visible);
  const chunks = node
    .get('chunks')
    .list()
    .flatMap((piece) => linkTemplate(reporter, piece, visible) ?? []);
  const chunkDelayMs = durationOf(node.get('chunkDelay'));
  const error = linkError(reporter, node.get('error'), visible);
  const usage = node.get('usage').object();
  const delayMs = durationOf(node.get('delay'));
  const calls = node
    .get('toolCalls')
    .list()
    .flatMap((call) => {
      const tool = call.get('tool').text();
      if (tool === undefined) return [];
      knownTool(reporter, call.get('tool'), tool, askers);
      const input = linkValue(reporter, call.get('input'), visible);
      return [{ tool, ...(input === undefined ? {} : { input }) }];
    });
  return {
    source: node.value ?? null,
    ...(text === undefined ? {} : { text }),
    ...(thinking === undefined ? {} : { thinking }),
    ...(json === undefined ? {} : { json }),
    ...(calls.length === 0 ? {} : { toolCalls: calls }),
    ...(chunks.length === 0 ? {} : { chunks }),
    ...(chunkDelayMs === undefined ? {} : { chunkDelayMs }),
    ...(error === undefined ? {} : { error }),
    ...(usage === undefined ? {} : { usage }),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}

function linkError(reporter: Reporter, node: Node, visible: Visible): ScriptReply['error'] {
  const message = node.get('message').text();
  if (message === undefined) return undefined;
  const status = node.get('status').number();
  const retryable = node.get('retryable').value;
  const retryAfterMs = durationOf(node.get('retryAfter'));
  const after = linkTemplate(reporter, node.get('after'), visible);
  return {
    code: node.get('code').text() ?? 'model_failed',
    message,
    ...(status === undefined ? {} : { status }),
    ...(typeof retryable === 'boolean' ? { retryable } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(after === undefined ? {} : { after }),
  };
}
