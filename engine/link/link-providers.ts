import { choices, suggest } from '../core/suggest.ts';
import type { Provider } from '../program/model.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { linkHeaders } from './link-headers.ts';
import { modelFactsOf } from './model-facts.ts';
import { known } from './names.ts';
import { providerCalls, reportApi } from './provider-calls.ts';
import type { Visible } from './visible.ts';
import { checkUrl } from './url.ts';

/** The model providers of the config. */
export function linkProviders(reporter: Reporter, nodes: Node, visible: Visible): Record<string, Provider> {
  const providers: Record<string, Provider> = {};
  for (const [name, node] of nodes.entries()) {
    const apiKey = node.get('apiKey').text();
    if (apiKey !== undefined) known(reporter, node.get('apiKey'), 'secret', apiKey, visible.secrets ?? []);
    const said = node.get('type').text() ?? name;
    const type = isProviderType(said) ? said : 'openai-compatible';
    reportOptions(reporter, node.get('options'), type);
    if (type === 'openai') reportApi(reporter, node.get('options'));
    checkUrl(reporter, node.get('baseUrl'));
    if (
      type === 'openai-compatible' &&
      node.object() !== undefined &&
      node.get('baseUrl').value === undefined
    )
      reporter.report(
        node,
        'schema/missing-key',
        `provider "${name}" is of type "openai-compatible" and needs a "baseUrl"`,
        { part: 'key' },
      );
    const storeResponses = node.get('storeResponses').flag();
    if (storeResponses !== undefined && type !== 'openai')
      reporter.report(
        node.get('storeResponses'),
        'schema/misplaced-key',
        `"storeResponses" is for providers of type "openai"; "${name}" is of type "${type}"`,
        { part: 'key' },
      );
    const facts = modelFactsOf(node);
    const models = node.get('models').entries();
    providers[name] = {
      name,
      type,
      baseUrl: node.get('baseUrl').text(),
      headers: linkHeaders(reporter, node.get('headers'), visible),
      apiKey,
      options: node.get('options').object() ?? {},
      ...(storeResponses === undefined ? {} : { storeResponses }),
      ...(Object.keys(facts).length === 0 ? {} : { facts }),
      ...(models.length === 0
        ? {}
        : { models: Object.fromEntries(models.map(([id, model]) => [id, modelFactsOf(model)])) }),
      ...providerCalls(node),
    };
  }
  return providers;
}

/** Options that the adapter of each type acts on. */
const optionNames: Readonly<Record<Provider['type'], readonly string[]>> = {
  openai: ['api', 'organization', 'project'],
  'openai-compatible': ['includeUsage', 'queryParams', 'supportsStructuredOutputs'],
  anthropic: [],
  google: [],
  script: [],
};

function reportOptions(reporter: Reporter, options: Node, type: Provider['type']): void {
  const names = optionNames[type];
  for (const [key, node] of options.entries()) {
    if (names.includes(key)) continue;
    reporter.report(node, 'ref/unknown-option', `"${type}" has no option "${key}"${choices(key, names)}`, {
      part: 'key',
      suggestions: suggest(key, names, 3),
    });
  }
}

function isProviderType(type: string): type is Provider['type'] {
  return ['openai', 'anthropic', 'google', 'openai-compatible', 'script'].includes(type);
}
