import { parseDuration } from '../core/duration.ts';
import type { Limits } from '../program/agent.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../program/model.ts';
import { resolveModel, type ModelNames } from '../program/model-reference.ts';
import type { Retry } from '../program/tool.ts';
import type { Reporter } from './context.ts';
import type { Node } from '../source/index.ts';

/** Milliseconds of a duration key, or undefined when it is absent (the shape check has refused wrong ones). */
export function durationOf(node: Node | undefined): number | undefined {
  const text = node?.text();
  return text === undefined ? undefined : parseDuration(text);
}

/** A retry policy with its defaults: exponential from 1 s. */
export function retryOf(node: Node): Retry | undefined {
  if (node.object() === undefined) return undefined;
  const backoff = node.get('backoff').text();
  return {
    maxAttempts: node.get('maxAttempts').number() ?? 3,
    delayMs: durationOf(node.get('delay')) ?? 1_000,
    maxDelayMs: durationOf(node.get('maxDelay')) ?? 60_000,
    backoff: backoff === 'fixed' || backoff === 'linear' ? backoff : 'exponential',
    ...(node.get('jitter').value === true ? { jitter: true } : {}),
    on: node
      .get('on')
      .list()
      .flatMap((code) => code.text() ?? []),
  };
}

/** Limits of an agent or workflow. */
export function limitsOf(node: Node): Limits {
  const durationMs = durationOf(node.get('duration'));
  const modelCalls = node.get('modelCalls').number();
  const tokens = node.get('tokens').number();
  const costUsd = node.get('costUsd').number();
  return {
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(modelCalls === undefined ? {} : { modelCalls }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}

/** Model settings as they are written. */
export function settingsOf(node: Node): ModelSettings {
  return node.object() ?? {};
}

/** A thinking level, or undefined. */
export function thinkingOf(node: Node): Thinking | undefined {
  return node.text() as Thinking | undefined;
}

/** A model reference, resolved; reports one that leads nowhere. */
export function modelOf(reporter: Reporter, node: Node, names: ModelNames): ModelChoice | undefined {
  const reference = node.text();
  if (reference === undefined) return undefined;
  const found = resolveModel(reference, names);
  if ('choice' in found) return found.choice;
  reporter.report(node, 'ref/unknown-model', found.fault);
  return undefined;
}

/** Texts of a list. */
export function textsOf(node: Node): string[] {
  return node.list().flatMap((item) => item.text() ?? []);
}
