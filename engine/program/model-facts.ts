import type { Thinking } from './model.ts';

/** What a model costs, in US dollars per million tokens. Input that is read from a cache, or written to one, costs like other input where no rate is given. */
export interface ModelRates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/** The rates of a model, and other rates of calls with more input than so many tokens. */
export interface ModelPrice extends ModelRates {
  /** By rising `inputTokens`; the rates hold for the whole call. */
  readonly above?: readonly (ModelRates & { readonly inputTokens: number })[];
}

/** What a model can do; absent means that it is not known, and then it is tried. */
export interface ModelCapabilities {
  readonly images?: boolean;
  readonly tools?: boolean;
  /** Answers as JSON of a schema, held to it by the provider. */
  readonly structuredOutput?: boolean;
  /** Whether it thinks, or the levels it knows, weakest first. */
  readonly thinking?: boolean | readonly Thinking[];
}

/** What is known of a model. */
export interface ModelFacts {
  /** In tokens, input and output together. */
  readonly contextWindow?: number;
  /** Most tokens of one answer. */
  readonly maxOutputTokens?: number;
  readonly price?: ModelPrice;
  readonly capabilities?: ModelCapabilities;
}

/** The catalogue of one provider. */
export interface CatalogueProvider {
  /** Where the facts were taken from. */
  readonly source: string;
  /** The day they are of, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** The provider's own address: the prices are those of this one. */
  readonly baseUrl: string;
  readonly models: Readonly<Record<string, ModelFacts>>;
}
