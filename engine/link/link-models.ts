import type { ModelFacts } from '../program/model-facts.ts';
import type { ModelChoice } from '../program/model.ts';
import type { ModelNames } from '../program/model-reference.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { modelFactsOf } from './model-facts.ts';
import { modelOf, settingsOf } from './scalars.ts';

/** The aliases of the config, and what they fall back to. */
export interface Aliases {
  readonly models: Readonly<Record<string, ModelChoice>>;
  readonly fallbacks: Readonly<Record<string, readonly ModelChoice[]>>;
  readonly modelFacts: Readonly<Record<string, ModelFacts>>;
}

/** Resolves the aliases under `models`. Reports models that are not there, and fallbacks that lead back to their alias. */
export function linkModels(reporter: Reporter, node: Node, others: Omit<ModelNames, 'models'>): Aliases {
  const models: Record<string, ModelChoice> = {};
  const modelFacts: Record<string, ModelFacts> = {};
  for (const [alias, entry] of node.entries()) {
    const reference = entry.text() === undefined ? entry.get('model') : entry;
    const choice = modelOf(reporter, reference, { ...others, models: {} });
    // An alias whose model is wrong has been reported; it stays a name, so that its users are not reported too.
    models[alias] = { ...(choice ?? noChoice), settings: settingsOf(entry.get('settings')), alias };
    const facts = modelFactsOf(entry);
    if (Object.keys(facts).length > 0) modelFacts[alias] = facts;
  }
  const fallbacks: Record<string, readonly ModelChoice[]> = {};
  for (const [alias, entry] of node.entries()) {
    const list = entry.get('fallback').list();
    if (list.length === 0) continue;
    fallbacks[alias] = list.flatMap((item) => modelOf(reporter, item, { ...others, models }) ?? []);
    list.forEach((item) => reportSame(reporter, item, alias, entry));
  }
  reportCycles(reporter, node);
  return { models, fallbacks, modelFacts };
}

const noChoice: ModelChoice = { provider: 'script', id: '', settings: {} };

function reportSame(reporter: Reporter, item: Node, alias: string, entry: Node): void {
  if (item.text() !== undefined && item.text() === entry.get('model').text())
    reporter.report(
      item,
      'ref/duplicate-entry',
      `"${item.text() ?? ''}" is the model of "${alias}" itself; name another one to fall back to`,
    );
}

function reportCycles(reporter: Reporter, node: Node): void {
  const targets = new Map(
    node.entries().map(([alias, entry]) => [alias, entry.get('fallback').list()] as const),
  );
  const reported = new Set<string>();
  const follow = (path: readonly string[]): void => {
    for (const item of targets.get(path.at(-1) ?? '') ?? []) {
      const name = item.text();
      if (name === undefined || !targets.has(name)) continue;
      const start = path.indexOf(name);
      if (start === -1) {
        follow([...path, name]);
        continue;
      }
      const cycle = path.slice(start);
      const key = [...cycle].sort().join(' ');
      if (reported.has(key)) continue;
      reported.add(key);
      reporter.report(item, 'graph/cycle', `"${name}" falls back to itself: ${[...cycle, name].join(' → ')}`);
    }
  };
  for (const alias of targets.keys()) follow([alias]);
}
