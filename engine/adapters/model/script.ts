import { Problem } from '../../core/problem.ts';
import { isObject } from '../../core/json.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelEvent, ModelRequest } from '../../ports/model.ts';
import type { ProviderRetry, ScriptedModel, ScriptReply, ScriptRule } from '../../program/model.ts';
import { aborted, callWithRetries, defaultRetry } from './retry-calls.ts';
import { findRule, type FoundRule, type ScriptUses } from './script-match.ts';
import { sendReply } from './script-reply.ts';
import { createScope, type ScriptScope } from './script-scope.ts';

/** What scripted models answer with. */
export interface ScriptContext {
  readonly clock: Clock;
  /** What has been given so far, counted here. */
  readonly uses: ScriptUses;
  /** How calls that fail are made again; absent means the defaults. */
  readonly retry: ProviderRetry | undefined;
}

/**
 * One answer of a scripted model: that of the first rule that matches. A failure that may pass is tried again as with any provider.
 * Throws Problem `model_failed` when no rule matches, a sequence has come to its end or the rule says so, `model_unavailable` for a
 * failure that may pass, `aborted`, and what templates and expressions throw.
 */
export function answerFromScript(
  script: ScriptedModel,
  request: ModelRequest,
  { clock, uses, retry = defaultRetry }: ScriptContext,
): AsyncGenerator<ModelEvent, void, undefined> {
  const { signal } = request;
  return callWithRetries(() => answerOnce(script, request, { clock, uses }), {
    model: `script/${script.name}`,
    retry,
    clock,
    signal,
    read(thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
      const { details } = thrown;
      const after = isObject(details) ? details['retryAfterMs'] : undefined;
      return {
        problem: thrown,
        retryable: thrown.code === 'model_unavailable',
        ...(typeof after === 'number' ? { retryAfterMs: after } : {}),
      };
    },
  });
}

async function* answerOnce(
  script: ScriptedModel,
  request: ModelRequest,
  { clock, uses }: Pick<ScriptContext, 'clock' | 'uses'>,
): AsyncGenerator<ModelEvent, void, undefined> {
  const { signal } = request;
  const scope = createScope(request);
  const found = findRule(script.rules, request, scope, uses);
  if ('why' in found) throw unmatched(script, request, scope, found.why());
  const reply = nextReply(script, found, uses);
  const seen = found.groups === undefined ? scope : createScope(request, found.groups);
  if (reply.delayMs !== undefined) await clock.sleep(reply.delayMs, signal).catch(() => undefined);
  if (signal.aborted) throw aborted(signal);
  const { error } = reply;
  if (error === undefined) {
    yield* sendReply(reply, request, seen, clock);
    return;
  }
  const text = error.after?.render(seen) ?? '';
  if (text !== '') yield { type: 'text_delta', text };
  throw scriptedError(script, error);
}

/** The reply that is due, which then counts as given. */
function nextReply(script: ScriptedModel, { rule }: FoundRule, uses: ScriptUses): ScriptReply {
  const given = uses.get(rule) ?? 0;
  uses.set(rule, given + 1);
  if (rule.sequence === undefined) return rule.reply;
  const { replies, repeat } = rule.sequence;
  const reply = replies[repeat ? given % replies.length : given];
  if (reply !== undefined) return reply;
  throw new Problem(
    'model_failed',
    `scripted model "${script.name}": rule ${numberOf(rule, script)} has given all ${replies.length} replies of its "sequence"; ` +
      'add more, or "repeat: true" to begin again',
    { details: { model: `script/${script.name}`, rule: numberOf(rule, script) } },
  );
}

function numberOf(rule: ScriptRule, script: ScriptedModel): number {
  return script.rules.indexOf(rule) + 1;
}

function scriptedError(script: ScriptedModel, error: NonNullable<ScriptReply['error']>): Problem {
  const status = error.status ?? 0;
  const passing =
    error.retryable ??
    (error.code === 'model_unavailable' || status === 408 || status === 429 || status >= 500);
  const code =
    error.code === 'model_refused' ? 'model_refused' : passing ? 'model_unavailable' : 'model_failed';
  return new Problem(code, `model "script/${script.name}" failed: ${error.message}`, {
    details: {
      model: `script/${script.name}`,
      code: error.code,
      ...(status === 0 ? {} : { status }),
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    },
  });
}

/** Rules named in a message; the details have them all. */
const maxShown = 6;

function unmatched(
  script: ScriptedModel,
  request: ModelRequest,
  scope: ScriptScope,
  why: readonly string[],
): Problem {
  const asked = scope.text.length > 200 ? `${scope.text.slice(0, 200)}…` : scope.text;
  const step = request.origin.stepPath === undefined ? '' : `, step "${request.origin.stepPath}"`;
  const rules = why.map((reason, index) => `rule ${index + 1}: ${reason}`);
  const shown = rules.slice(0, maxShown);
  if (rules.length > maxShown) shown.push(`and ${rules.length - maxShown} more`);
  return new Problem(
    'model_failed',
    `scripted model "${script.name}" has no rule for "${asked}" (agent "${scope.agent}"${step}, turn ${scope.turn})` +
      `${shown.length === 0 ? '' : `: ${shown.join('; ')}`}; ` +
      'add a rule whose "match" fits it, or a "default" that answers everything else',
    { details: { model: `script/${script.name}`, rules } },
  );
}
