import { isLoopback } from '../core/loopback.ts';
import { literalTemplate, typeScope } from '../expr/index.ts';
import type { CallbackEvent } from '../core/records/callback.ts';
import type { Callback } from '../program/callback.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { envType } from './env-type.ts';
import { linkSign } from './link-sign.ts';
import { known } from './names.ts';
import { durationOf, retryOf, textsOf } from './scalars.ts';
import { linkTemplate } from './text.ts';
import { checkUrl } from './url.ts';
import type { Visible } from './visible.ts';

/** Longest time of one attempt, in milliseconds. */
const longestTimeoutMs = 600_000;

/** What callbacks refer to. */
export interface CallbackAround {
  readonly visible: Pick<Visible, 'env' | 'partials'>;
  readonly secrets: readonly string[];
  readonly agents: readonly string[];
  readonly workflows: readonly string[];
}

/** The callbacks of the config, by name. */
export function linkCallbacks(
  reporter: Reporter,
  node: Node,
  around: CallbackAround,
): Readonly<Record<string, Callback>> {
  return Object.fromEntries(
    node.entries().map(([name, one]) => [name, linkCallback(reporter, name, one, around)]),
  );
}

function linkCallback(reporter: Reporter, name: string, node: Node, around: CallbackAround): Callback {
  const visible: Visible = {
    ...around.visible,
    names: new Set(['env']),
    types: typeScope({ env: envType }),
  };
  const address = node.get('url');
  checkUrl(reporter, address, true);
  checkSecure(reporter, address);
  const { sign } = linkSign(reporter, node, { ...visible, secrets: new Set(around.secrets) });
  const on = listOr(node.get('on'), ['run_end', 'submission_end']) as readonly CallbackEvent[];
  const include = node.get('include');
  const only = (key: 'workflows' | 'agents', what: string, events: readonly CallbackEvent[]) => {
    const list = node.get(key);
    if (list.value === undefined) return undefined;
    for (const item of list.list()) {
      const text = item.text();
      if (text !== undefined) known(reporter, item, what, text, around[key]);
    }
    if (on.every((event) => told.includes(event) && !events.includes(event)))
      reporter.report(
        list,
        'schema/misplaced-key',
        `"${key}" narrows nothing: "on" has none of ${events.map((event) => `"${event}"`).join(', ')}`,
        { part: 'key' },
      );
    return textsOf(list);
  };
  const retry = node.get('retry');
  return {
    name,
    description: node.get('description').text() ?? '',
    url: linkTemplate(reporter, address, visible) ?? literalTemplate(''),
    sign: sign ?? { scheme: 'standard-webhooks', secrets: [] },
    on,
    workflows: only('workflows', 'workflow', ['run_end', 'approval_requested']),
    agents: only('agents', 'agent', ['submission_end', 'approval_requested']),
    include: (include.text() === undefined
      ? textsOf(include)
      : [include.text()]) as unknown as Callback['include'],
    retry: linkRetry(retry),
    timeoutMs: linkTimeout(reporter, node.get('timeout')),
  };
}

/** The time of an attempt. One that never ends would hold the place of others; one without time never succeeds. */
function linkTimeout(reporter: Reporter, node: Node): number {
  const timeoutMs = durationOf(node) ?? 10_000;
  if (timeoutMs <= 0 || timeoutMs > longestTimeoutMs)
    reporter.report(
      node,
      'schema/bad-format',
      `"timeout" is the time of one attempt: more than 0s, at most 10m; got "${node.text() ?? ''}"`,
    );
  return timeoutMs;
}

/** A bounded number of attempts, with jitter unless it says otherwise. */
function linkRetry(node: Node): Callback['retry'] {
  const { backoff = 'exponential' } = retryOf(node) ?? {};
  return {
    maxAttempts: node.get('maxAttempts').number() ?? 12,
    delayMs: durationOf(node.get('delay')) ?? 5_000,
    maxDelayMs: durationOf(node.get('maxDelay')) ?? 3_600_000,
    backoff,
    jitter: node.get('jitter').flag() ?? true,
  };
}

/** Reports an address that others on the way could read and change. What a template gives is looked at when the engine starts. */
function checkSecure(reporter: Reporter, node: Node): void {
  const text = node.text();
  const host = text === undefined ? undefined : /^http:\/\/(\[[^\]]*\]|[^/:?#{]+)/i.exec(text)?.[1];
  if (text === undefined || host === undefined || isLoopback(host)) return;
  reporter.report(
    node,
    'schema/bad-format',
    `"${text}" is read by everybody on the way; write "https://${text.slice('http://'.length)}"`,
    { suggestions: [`https://${text.slice('http://'.length)}`] },
  );
}

/** All that can be told; anything else under `on` is reported by its shape. */
const told: readonly CallbackEvent[] = ['run_end', 'submission_end', 'approval_requested'];

function listOr(node: Node, usual: readonly string[]): readonly string[] {
  return node.value === undefined ? usual : textsOf(node);
}
