/**
 * Writes specs/models/*.json from the catalogue of @earendil-works/pi-ai (MIT), which its authors keep up with the providers' own
 * pages. `npm run models:refresh` takes the version below; `npm run models:refresh -- 1.6.0` another one. Read the diff before you
 * commit it: prices are money. Afterwards `npm run gen` puts the data into the engine.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const sourcePackage = '@earendil-works/pi-ai';
const version = process.argv[2] ?? '1.5.2';
const target = fileURLToPath(new URL('../specs/models/', import.meta.url));

/** Providers by the name they have here, and models that are no chat models of a declarative agent. */
const providers = ['anthropic', 'deepseek', 'google', 'groq', 'mistral', 'openai', 'xai'];
const leftOut = /deep-research|robotics|computer-use|voxtral|daybreak|cyber|labs-|customtools/;

const thinkingLevels = ['off', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;

/** One model as the package tells it. */
interface Told {
  readonly type: string;
  readonly id: string;
  readonly baseUrl: string;
  readonly reasoning: boolean;
  readonly thinkingLevelMap?: Readonly<Record<string, string | null>>;
  readonly contextWindow: number;
  readonly maxTokens: number;
  readonly input: readonly string[];
  readonly cost: Rates & { readonly tiers?: readonly (Rates & { readonly inputTokensAbove: number })[] };
}

interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

const folder = await mkdtemp(join(tmpdir(), 'models-'));
try {
  const npm = (...args: string[]): string => execFileSync('npm', args, { cwd: folder, encoding: 'utf8' });
  npm('pack', `${sourcePackage}@${version}`, '--silent');
  execFileSync('sh', ['-c', 'tar xzf *.tgz'], { cwd: folder });
  const times = JSON.parse(npm('view', sourcePackage, 'time', '--json')) as Record<string, string>;
  const asOf = times[version]?.slice(0, 10) ?? new Date().toISOString().slice(0, 10);
  for (const provider of providers) {
    const file = join(folder, 'package/dist/providers/data', `${provider}.json`);
    const apis = JSON.parse(await readFile(file, 'utf8')) as Record<string, Record<string, Told>>;
    const models = Object.values(apis)
      .flatMap((api) => Object.values(api))
      .filter(({ type, id }) => type === 'chat' && !leftOut.test(id))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const path = join(target, `${provider}.json`);
    const data = {
      source: `${sourcePackage} ${version}`,
      asOf,
      baseUrl: models[0]?.baseUrl,
      models: Object.fromEntries(models.map((model) => [model.id, entryOf(provider, model)])),
    };
    const style = { ...(await resolveConfig(path)), parser: 'json' };
    await writeFile(path, await format(JSON.stringify(data), style));
  }
} finally {
  await rm(folder, { recursive: true });
}

function entryOf(provider: string, { id, contextWindow, maxTokens, cost, ...told }: Told): object {
  const { tiers = [] } = cost;
  const above = tiers.map(({ inputTokensAbove, ...rates }) => ({
    inputTokens: inputTokensAbove,
    ...ratesOf(rates),
  }));
  // What costs nothing today is a trial; it is not promised to stay.
  const isPriced = cost.input > 0 || cost.output > 0;
  return {
    contextWindow,
    // Some models are told to write more than they can read.
    maxOutputTokens: Math.min(maxTokens, contextWindow),
    ...(isPriced ? { price: { ...ratesOf(cost), ...(above.length === 0 ? {} : { above }) } } : {}),
    capabilities: {
      images: told.input.includes('image'),
      tools: true,
      ...structuredOutput(provider, id),
      thinking: levelsOf({ id, ...told }),
    },
  };
}

/** A cache rate of zero means that there is none of its own. */
function ratesOf({ input, output, cacheRead, cacheWrite }: Rates): object {
  return {
    input,
    output,
    ...(cacheRead === 0 ? {} : { cacheRead }),
    ...(cacheWrite === 0 ? {} : { cacheWrite }),
  };
}

function levelsOf({
  reasoning,
  thinkingLevelMap: map = {},
}: Pick<Told, 'id' | 'reasoning' | 'thinkingLevelMap'>): unknown {
  if (!reasoning) return false;
  return thinkingLevels.filter((level) =>
    // Where `xhigh` has no word of its own the provider's strongest one stands for it.
    level === 'xhigh' ? (map['xhigh'] ?? map['max']) != null : map[level] !== null,
  );
}

/** Said only of providers whose API takes a JSON Schema for the answer; the package does not tell it. */
function structuredOutput(provider: string, id: string): object {
  const known: Readonly<Record<string, RegExp>> = {
    openai: /^(?!gpt-4$|gpt-4-turbo$|gpt-4o-2024-05-13$)/,
    google: /^gemini-/,
    anthropic: /^claude-/,
  };
  return known[provider] === undefined ? {} : { structuredOutput: known[provider].test(id) };
}
