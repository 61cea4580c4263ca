import { isAbsolute, resolve } from 'node:path';
import { choices, suggest } from '../core/suggest.ts';
import type { ModelChoice, Provider } from '../program/model.ts';
import type { Settings } from '../program/program.ts';
import type { ModelNames } from '../program/model-reference.ts';
import type { Reporter } from './context.ts';
import { known } from './names.ts';
import type { Node } from '../source/index.ts';
import { durationOf, modelOf, settingsOf, textsOf } from './scalars.ts';
import { linkValues, type Visible } from './text.ts';

/** What the project config gives to everything else. */
export interface Config {
  readonly settings: Settings;
  readonly providers: Readonly<Record<string, Provider>>;
  readonly names: ModelNames;
  /** The `defaults` of agents. */
  readonly defaults: Node | undefined;
  /** Hash of what every model call may see: project instructions, the engine's prompts, partials, models. */
  readonly common: string;
  /** What every expression sees of the environment and of partials. */
  readonly visible: Pick<Visible, 'env' | 'partials'>;
}

/**
 * The config with every default filled in: store `.engine/data/engine.sqlite`, server 127.0.0.1:8000 with bodies to 1 MiB.
 * @param root the node of the config file; undefined when there is none.
 */
export function linkSettings(
  reporter: Reporter,
  root: Node | undefined,
  project: {
    readonly folder: string;
    readonly scripts: Readonly<Record<string, Node>>;
    readonly partials: Readonly<Record<string, string>>;
  },
): Omit<Config, 'common'> {
  const secrets = Object.fromEntries(
    (root?.get('secrets').entries() ?? []).map(([name, node]) => [
      name,
      {
        env: node.get('env').text() ?? (node.get('file').text() === undefined ? name : undefined),
        file: node.get('file').text(),
        required: node.get('required').flag() ?? false,
      },
    ]),
  );
  const env = new Set(root === undefined ? [] : textsOf(root.get('env')));
  const visible = { env, partials: project.partials };
  const providers = linkProviders(reporter, root, {
    ...visible,
    names: new Set(['env', 'secrets']),
    secrets: new Set(Object.keys(secrets)),
  });
  const models: Record<string, ModelChoice> = {};
  const names: ModelNames = { models, providers, scripts: project.scripts };
  for (const [alias, node] of root?.get('models').entries() ?? []) {
    const choice = modelOf(reporter, node.text() === undefined ? node.get('model') : node, {
      ...names,
      models: {},
    });
    // An alias whose model is wrong has been reported; it stays a name, so that its users are not reported too.
    models[alias] = { ...(choice ?? noChoice), settings: settingsOf(node.get('settings')) };
  }
  const model = [root?.get('defaults').get('model'), root?.get('model')]
    .map((node) => (node === undefined ? undefined : modelOf(reporter, node, names)))
    .find((choice) => choice !== undefined);
  const server = root?.get('server');
  const store = root?.get('store');
  const path = store?.get('path').text() ?? '.engine/data/engine.sqlite';
  return {
    settings: {
      model,
      models,
      secrets,
      env: [...env],
      server: {
        host: server?.get('host').text() ?? '127.0.0.1',
        port: server?.get('port').number() ?? 8000,
        bodyBytes: server?.get('limits').get('bodyBytes').number() ?? 1_048_576,
        drainMs: durationOf(server?.get('drainTimeout')) ?? 10_000,
      },
      store: {
        type: store?.get('type').text() === 'memory' ? 'memory' : 'sqlite',
        path: isAbsolute(path) ? path : resolve(project.folder, path),
      },
      extensions: extensionsOf(root),
    },
    providers,
    names,
    defaults: root?.get('defaults'),
    visible,
  };
}

const noChoice: ModelChoice = { provider: 'script', id: '', settings: {} };

/** The `x-*` keys of a spec. */
export function extensionsOf(root: Node | undefined): Settings['extensions'] {
  return Object.fromEntries(Object.entries(root?.object() ?? {}).filter(([key]) => key.startsWith('x-')));
}

function linkProviders(
  reporter: Reporter,
  root: Node | undefined,
  visible: Visible,
): Record<string, Provider> {
  const providers: Record<string, Provider> = {};
  for (const [name, node] of root?.get('providers').entries() ?? []) {
    const apiKey = node.get('apiKey').text();
    if (apiKey !== undefined) known(reporter, node.get('apiKey'), 'secret', apiKey, visible.secrets ?? []);
    const type = node.get('type').text() ?? name;
    reportOptions(reporter, node.get('options'), isProviderType(type) ? type : 'openai-compatible');
    providers[name] = {
      name,
      type: isProviderType(type) ? type : 'openai-compatible',
      baseUrl: node.get('baseUrl').text(),
      headers: linkValues(reporter, node.get('headers'), visible),
      apiKey,
      options: node.get('options').object() ?? {},
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
