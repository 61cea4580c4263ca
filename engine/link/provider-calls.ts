import { choices, suggest } from '../core/suggest.ts';
import type { Provider, ProviderRetry } from '../program/model.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { durationOf } from './scalars.ts';

/** How calls of a provider are made again, and how long it may be silent; what is not said is absent. */
export function providerCalls(node: Node): Pick<Provider, 'retry' | 'idleMs'> {
  const idleMs = durationOf(node.get('idleTimeout'));
  const retry = node.get('retry');
  return {
    ...(idleMs === undefined ? {} : { idleMs }),
    ...(retry.object() === undefined ? {} : { retry: retryOf(retry) }),
  };
}

function retryOf(node: Node): ProviderRetry {
  return {
    maxAttempts: node.get('maxAttempts').number() ?? 3,
    delayMs: durationOf(node.get('delay')) ?? 500,
    maxDelayMs: durationOf(node.get('maxDelay')) ?? 30_000,
    budgetMs: durationOf(node.get('budget')) ?? 120_000,
  };
}

/** Reports an `api` that OpenAI does not have: the wrong one would be called without a word. */
export function reportApi(reporter: Reporter, options: Node): void {
  const node = options.get('api');
  const api = node.text() ?? JSON.stringify(node.value);
  if (node.value === undefined || apis.includes(api)) return;
  reporter.report(node, 'schema/bad-enum', `"openai" has no API "${api}"${choices(api, apis)}`, {
    suggestions: suggest(api, apis, 1),
  });
}

const apis: readonly string[] = ['responses', 'chat'];
