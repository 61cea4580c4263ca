import type { EngineOptions } from '../api.ts';
import { isHarness } from '../adapters/harness/registry.ts';
import { checkKnown } from '../calls/check-options.ts';
import { Problem } from '../core/problem.ts';

/** Every option there is; one that is missing here does not compile. */
const known: Readonly<Record<keyof EngineOptions, true>> = {
  ...{ project: true, program: true, store: true, observers: true, env: true, secrets: true },
  ...{ harnesses: true, codeRunners: true, recover: true, readOnly: true, record: true, replay: true },
  sandboxes: true,
  telemetry: true,
  ports: true,
};
const knownPorts: Readonly<Record<keyof NonNullable<EngineOptions['ports']>, true>> = {
  ...{ clock: true, models: true, sandboxes: true, secrets: true, tools: true, servers: true },
};

/**
 * Refuses what a program in JavaScript may say and an engine could not keep: words that are no option, and parts that are not what
 * they are given for. Throws Problem `invalid_request`.
 */
export function checkEngineOptions(options: EngineOptions): void {
  checkKnown('options of createEngine', options, Object.keys(known));
  const { store, observers, telemetry, harnesses = {}, ports = {} } = options;
  checkKnown('"ports" of createEngine', ports, Object.keys(knownPorts));
  if (store !== undefined && store !== 'memory' && !has(store, 'documents'))
    refuse(`"store" must be "memory" or a Store${storeHint(store)}`);
  if (
    observers !== undefined &&
    !(Array.isArray(observers) && observers.every((one) => typeof one === 'function'))
  )
    refuse('"observers" must be a list of functions');
  if (telemetry !== undefined && !has(telemetry, 'meters'))
    refuse('"telemetry" must be what createTelemetry gives');
  for (const [name, harness] of Object.entries(harnesses))
    if (!isHarness(harness)) refuse(`harness "${name}" must be an object with a "run" function`);
  if (ports.models !== undefined && !has(ports.models, 'stream'))
    refuse('"models" under "ports" must be an object with a "stream" function');
}

function storeHint(store: unknown): string {
  if (store instanceof Promise) return ', got a promise; await it';
  return typeof store === 'string' ? `, got "${store}"` : '';
}

function has(value: unknown, part: string): boolean {
  return typeof value === 'object' && value !== null && part in value;
}

function refuse(fault: string): never {
  throw new Problem('invalid_request', `options of createEngine: ${fault}`);
}
