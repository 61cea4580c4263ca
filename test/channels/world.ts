import { createSystemClock } from '../../engine/adapters/clock/system.ts';
import type { DeliveryAnswer, Engine } from '../../engine/api.ts';
import { asProblem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';
import { programOf, type Files } from '../fakes/project.ts';

/** Starts an engine whose clock stands at a time, given in seconds; in memory, or with the store of the project. */
export async function startAt(
  seconds: number,
  files: Files,
  env: Record<string, string>,
  store: 'memory' | undefined = 'memory',
): Promise<Engine> {
  const clock = { ...createSystemClock(), now: () => seconds * 1000 };
  return createEngine({
    program: await programOf(files),
    env,
    ports: { clock },
    ...(store === undefined ? {} : { store }),
  });
}

/** A project with one agent that answers everything, the secret `HOOK` and these files. */
export function projectWith(files: Files): Files {
  return {
    'engine.yaml': 'name: hooks\nmodel: script/echo\nsecrets: { HOOK: {}, OLD: {}, TOKEN: {} }\nenv: [API]\n',
    'src/models/echo.yaml': 'default: { text: heard }\n',
    'src/agents/clerk.yaml': 'description: Hears.\n',
    ...files,
  };
}

/** Sends a delivery and gives what became of it: the outcome, or the code of the failure. */
export async function sent(
  engine: Engine,
  channel: string,
  { headers, body }: { readonly headers: Record<string, string | readonly string[]>; readonly body: string },
  query = '',
): Promise<DeliveryAnswer['outcome']['kind'] | string> {
  try {
    const { outcome } = await engine.channels.receive(channel, { headers, body: Buffer.from(body), query });
    return outcome.kind === 'dropped' ? `dropped ${outcome.reason}` : outcome.kind;
  } catch (thrown) {
    return asProblem(thrown).code;
  }
}
