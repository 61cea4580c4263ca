import { catalogue } from './catalogue.gen.ts';
import type { CatalogueProvider, ModelFacts } from './model-facts.ts';
import type { ModelChoice, Provider } from './model.ts';

/** What facts about models are looked up in: a Program is one. */
export interface ModelSources {
  readonly providers: Readonly<Record<string, Provider>>;
  readonly settings: {
    /** What the config says of aliases. */
    readonly modelFacts: Readonly<Record<string, ModelFacts>>;
  };
  /** Types of providers whose address the environment sets; default none. */
  readonly elsewhere?: ReadonlySet<string>;
}

/** What is known of a model, and where its price is from. */
export interface KnownModel extends ModelFacts {
  /** What the config itself says that it writes at most. */
  readonly configuredMaxOutput: number | undefined;
  /** `config`, the day of the catalogue (`YYYY-MM-DD`), or undefined: its price is not known. */
  readonly priceFrom: string | undefined;
}

/**
 * Everything known of a model: what the config says of its alias, else of the model at its provider, else of all models of the
 * provider, else what the catalogue says. A price of the catalogue holds only for the provider's own address. Nothing is guessed.
 */
export function knownModel(choice: ModelChoice, sources: ModelSources): KnownModel {
  const { providers, settings, elsewhere } = sources;
  const cache = elsewhere === undefined ? found : foundElsewhere;
  const before = cache.get(choice);
  const isSame = before?.settings === settings && before.providers === providers;
  if (isSame && before.elsewhere === elsewhere) return before.known;
  const known = lookUp(choice, sources);
  cache.set(choice, { known, providers, settings, elsewhere });
  return known;
}

/** What was looked up of a choice, and in what. */
interface Found extends Pick<ModelSources, 'providers' | 'settings'> {
  readonly known: KnownModel;
  readonly elsewhere: ModelSources['elsewhere'];
}

/** The last of each choice, since it is asked for at every call: in a Program alone, and with what the environment says. */
const found = new WeakMap<ModelChoice, Found>();
const foundElsewhere = new WeakMap<ModelChoice, Found>();

function lookUp(choice: ModelChoice, { providers, settings, elsewhere }: ModelSources): KnownModel {
  const provider = Object.hasOwn(providers, choice.provider) ? providers[choice.provider] : undefined;
  const told = [
    choice.alias === undefined ? undefined : settings.modelFacts[choice.alias],
    provider?.models?.[choice.id],
    provider?.facts,
  ];
  const listed = listing(choice, provider, elsewhere);
  const priceOfConfig = told.find((some) => some?.price !== undefined)?.price;
  const price = priceOfConfig ?? listed?.price;
  const contextWindow = first('contextWindow');
  const maxOutputTokens = first('maxOutputTokens');
  return {
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(price === undefined ? {} : { price }),
    // What is said of one ability says nothing of the others.
    capabilities: Object.assign(
      {},
      ...[listed, ...told.toReversed()].map((some) => some?.capabilities ?? {}),
    ) as NonNullable<ModelFacts['capabilities']>,
    configuredMaxOutput: told.find((some) => some?.maxOutputTokens !== undefined)?.maxOutputTokens,
    priceFrom: priceOfConfig !== undefined ? 'config' : price === undefined ? undefined : listed?.asOf,
  };

  function first(key: 'contextWindow' | 'maxOutputTokens'): number | undefined {
    return [...told, listed].find((some) => some?.[key] !== undefined)?.[key];
  }
}

/** The entry of the catalogue; without its price where another address answers. */
function listing(
  { provider: name, id }: ModelChoice,
  provider: Provider | undefined,
  elsewhere: ReadonlySet<string> | undefined,
): (ModelFacts & { readonly asOf: string }) | undefined {
  const listed = own(catalogue, name) ?? own(catalogue, provider?.type ?? '');
  const entry =
    listed === undefined ? undefined : (own(listed.models, id) ?? own(listed.models, undated(id)));
  if (listed === undefined || entry === undefined) return undefined;
  const { price, ...others } = entry;
  const isOwnAddress =
    provider?.baseUrl === undefined
      ? elsewhere?.has(provider?.type ?? name) !== true
      : hostOf(provider.baseUrl) === hostOf(listed.baseUrl);
  return { ...others, ...(isOwnAddress && price !== undefined ? { price } : {}), asOf: listed.asOf };
}

/** A dated version of a model, such as `gpt-5-mini-2025-08-07`, is the model unless it is listed itself. */
function undated(id: string): string {
  return id.replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, '');
}

function hostOf(address: string): string {
  return /^[a-z]+:\/\/([^/?#]+)/i.exec(address)?.[1]?.toLowerCase() ?? address;
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The catalogue itself, by provider. */
export function catalogued(): Readonly<Record<string, CatalogueProvider>> {
  return catalogue;
}
