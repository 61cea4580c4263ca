import type { JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { ModelEvent, ModelRequest, Models } from '../ports/model.ts';
import { fallbacksOf } from '../program/fallbacks.ts';
import { knownModel, type KnownModel } from '../program/known-model.ts';
import { pricedUsage } from '../program/model-cost.ts';
import type { ModelChoice } from '../program/model.ts';
import type { Program } from '../program/program.ts';
import type { Spent } from './budget.ts';
import { fitCall } from './fit-call.ts';
import type { SessionPorts } from './ports.ts';

/** Who calls models: what the calls count for, and who is told what happens beside them. */
export interface ModelCaller {
  readonly spent: Spent;
  log(level: 'info' | 'warn', message: string, fields: JsonObject): void;
}

/**
 * The models as one operation calls them. Each call is fitted to what is known of its model (Problem `invalid_request` where it
 * cannot be), its cost is counted in the usage, and a model that is unavailable is replaced by the next one of its chain, if it has
 * said nothing yet; the operation stays with the one that answered. What is changed or replaced is logged.
 */
export function modelsFor({ models, program, elsewhere }: SessionPorts, caller: ModelCaller): Models {
  const { providers, settings } = program;
  const said = new Set<string>();
  const calls: Calls = {
    models,
    settings,
    sources: { providers, settings, ...(elsewhere === undefined ? {} : { elsewhere }) },
    standIns: new Map(),
    spent: caller.spent,
    log(level, message, fields) {
      if (level === 'info' && said.has(message)) return;
      said.add(message);
      caller.log(level, message, fields);
    },
  };
  return { ...models, stream: (request) => streamWith(calls, request) };
}

/** What the calls of one operation have in common. */
interface Calls extends ModelCaller {
  readonly models: Models;
  readonly settings: Program['settings'];
  readonly sources: Parameters<typeof knownModel>[1];
  /** By the name of the asked model: the one that stands for it since it was unavailable. */
  readonly standIns: Map<string, ModelChoice>;
}

// Not within the function above: a generator that is made anew for each operation has its own map in V8, which lies in the old
// space and keeps all that the operation worked with from young collections.
async function* streamWith(calls: Calls, request: ModelRequest): AsyncGenerator<ModelEvent, void, undefined> {
  const { standIns, sources, settings, log } = calls;
  const asked = nameOf(request.model);
  const chain = chainFrom(request.model, standIns.get(asked), settings);
  let unavailable: Problem | undefined;
  for (let place = 0; ; place += 1) {
    const model = chain[place] as ModelChoice;
    const isStandIn = model !== request.model;
    let hasBegun = false;
    try {
      const known = knownModel(model, sources);
      for await (const event of call(calls, isStandIn ? { ...request, model } : request, known, isStandIn)) {
        hasBegun ||= event.type !== 'retry';
        yield event.type === 'finish'
          ? { ...event, usage: pricedUsage(event.usage, model, known.price), model: nameOf(model) }
          : event;
      }
      return;
    } catch (thrown) {
      if (hasBegun || !mayFallBack(thrown, isStandIn)) throw thrown;
      if (thrown.code === 'model_unavailable') unavailable = thrown;
      const next = chain[place + 1];
      if (next === undefined) throw unavailable ?? thrown;
      standIns.set(asked, next);
      const [from, to] = [nameOf(model), nameOf(next)];
      log('warn', `${thrown.message}; "${to}" is asked instead`, {
        type: 'model_fallback',
        from,
        to,
        error: { ...thrown.toData() },
      });
    }
  }
}

/** The chain of a model from the one that stands for it on. */
function chainFrom(
  model: ModelChoice,
  standIn: ModelChoice | undefined,
  settings: Program['settings'],
): readonly ModelChoice[] {
  const chain = [model, ...fallbacksOf(model, settings)];
  return standIn === undefined
    ? chain
    : chain.slice(chain.findIndex((one) => nameOf(one) === nameOf(standIn)));
}

function call(
  { models, spent, log }: Calls,
  request: ModelRequest,
  known: KnownModel,
  isStandIn: boolean,
): AsyncIterable<ModelEvent> {
  const { model } = request;
  const cost = costLimitOf(spent);
  if (cost !== undefined && known.price === undefined && model.provider !== 'script')
    throw new Problem(
      'invalid_request',
      `the price of model "${nameOf(model)}" is not known, so the limit "costUsd" of agent "${cost}" cannot be kept; write its "price" under "models" or "providers" of engine.yaml`,
      { details: { model: nameOf(model), reason: 'unknown_price' } },
    );
  return models.stream(fitCall(request, known, { isStandIn, log }));
}

/** Whether another model may do what this one did not: it is unavailable; or it only stands in, and does not fit. */
function mayFallBack(thrown: unknown, isStandIn: boolean): thrown is Problem {
  if (!(thrown instanceof Problem)) return false;
  return thrown.code === 'model_unavailable' || (isStandIn && thrown.code === 'invalid_request');
}

/** The agent whose cost is limited, of those that work through the caller. */
function costLimitOf(spent: Spent): string | undefined {
  for (let one: Spent | undefined = spent; one !== undefined; one = one.parent)
    if (one.agent.limits.costUsd !== undefined) return one.agent.name;
  return undefined;
}

function nameOf({ provider, id }: ModelChoice): string {
  return `${provider}/${id}`;
}
