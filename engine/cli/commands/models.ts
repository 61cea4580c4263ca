import { compile } from '../../compile.ts';
import { fallbacksOf } from '../../program/fallbacks.ts';
import { catalogued, knownModel, type KnownModel } from '../../program/known-model.ts';
import type { ModelPrice } from '../../program/model-facts.ts';
import { builtinProviders } from '../../program/model-reference.ts';
import type { ModelChoice } from '../../program/model.ts';
import type { Program } from '../../program/program.ts';
import { exitCodes } from '../exit-codes.ts';
import { openProgram } from '../open-program.ts';
import { table } from '../report/table.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine models`. */
export interface ModelsOptions {
  readonly project: string;
  readonly json?: boolean;
}

/** What of a project says something of its models. */
type Said = Pick<Program, 'providers'> & {
  readonly settings: Pick<Program['settings'], 'models' | 'fallbacks' | 'modelFacts'>;
};

/**
 * Lists the aliases of a project, the models its config speaks of, and those of the catalogue that its providers have: windows, prices
 * per million tokens, and where these are from. Without a project it is the catalogue of the built-in providers.
 * @param part only models with this in their name.
 */
export async function models(
  part: string | undefined,
  options: ModelsOptions,
  terminal: Terminal,
): Promise<number> {
  const { out, err } = terminal;
  const said = await saidIn(options.project, terminal);
  const wanted = part?.toLowerCase() ?? '';
  const found = choicesIn(said).filter((choice) =>
    `${choice.alias ?? ''} ${nameOf(choice)}`.toLowerCase().includes(wanted),
  );
  if (options.json === true)
    out.line(JSON.stringify({ models: found.map((choice) => rowOf(choice, said)) }, null, 2));
  else if (found.length === 0) err.line(`no model with "${part ?? ''}" in its name is known`);
  else out.line(table([head, ...found.flatMap((choice) => linesOf(choice, said))]));
  return exitCodes.ok;
}

const head = ['MODEL', 'WINDOW', 'INPUT $/M', 'OUTPUT $/M', 'CAN', 'PRICE FROM'];

/** A model as it is listed. */
interface Row extends Omit<KnownModel, 'configuredMaxOutput'> {
  readonly model: string;
  readonly alias?: string;
  readonly fallback?: readonly string[];
}

async function saidIn(folder: string, terminal: Terminal): Promise<Said> {
  const { program, diagnostics } = await compile(folder);
  if (program !== undefined) return program;
  if (!diagnostics.some(({ rule }) => rule === 'source/no-project')) return openProgram(folder, terminal);
  return { providers: {}, settings: { models: {}, fallbacks: {}, modelFacts: {} } };
}

function choicesIn({ providers, settings }: Said): readonly ModelChoice[] {
  const aliases = Object.values(settings.models);
  const names = [...builtinProviders, ...Object.keys(providers)].filter((name) => name !== 'script');
  const all = [...new Set(names)].flatMap((name) => {
    const own = Object.hasOwn(providers, name) ? providers[name] : undefined;
    const listed = catalogued()[name] ?? catalogued()[own?.type ?? ''];
    const ids = new Set([...Object.keys(own?.models ?? {}), ...Object.keys(listed?.models ?? {})]);
    return [...ids].map((id) => ({ provider: name, id, settings: {} }));
  });
  return [...aliases, ...all];
}

function rowOf(choice: ModelChoice, said: Said): Row {
  const { configuredMaxOutput: _configured, ...known } = knownModel(choice, said);
  const fallback = fallbacksOf(choice, said.settings).map(nameOf);
  return {
    ...(choice.alias === undefined ? {} : { alias: choice.alias }),
    model: nameOf(choice),
    ...known,
    ...(fallback.length === 0 ? {} : { fallback }),
  };
}

/** The lines of a model: one of its own, and one for each model it falls back to. */
function linesOf(choice: ModelChoice, said: Said): readonly (readonly string[])[] {
  const { alias, model } = rowOf(choice, said);
  return [
    [alias === undefined ? model : `${alias} = ${model}`, ...cellsOf(choice, said)],
    ...fallbacksOf(choice, said.settings).map((next) => [`  else ${nameOf(next)}`, ...cellsOf(next, said)]),
  ];
}

function cellsOf(choice: ModelChoice, said: Said): readonly string[] {
  const { contextWindow, price, priceFrom, capabilities } = knownModel(choice, said);
  const can = Object.entries(capabilities ?? {}).map(([name, has]) => (has === false ? `no ${name}` : name));
  return [
    contextWindow?.toString() ?? '?',
    rate(price, 'input'),
    rate(price, 'output'),
    can.join(', ') || '?',
    priceFrom ?? (choice.provider === 'script' ? 'costs nothing' : 'not known'),
  ];
}

/** A rate; `+` where more input makes it dearer. */
function rate(price: ModelPrice | undefined, key: 'input' | 'output'): string {
  return price === undefined ? '?' : `${price[key]}${price.above === undefined ? '' : '+'}`;
}

function nameOf({ provider, id }: ModelChoice): string {
  return `${provider}/${id}`;
}
