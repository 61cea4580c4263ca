import type { Reloaded } from '../api/reload.ts';
import { stableText } from '../core/json.ts';
import type { Program } from '../program/program.ts';

/** What makes one Program another one than before, spec by spec. */
export function comparePrograms(
  before: Program,
  after: Program,
): Pick<Reloaded, 'added' | 'changed' | 'removed'> {
  const [old, now] = [specsOf(before), specsOf(after)];
  const added = [...now.keys()].filter((name) => !old.has(name));
  const removed = [...old.keys()].filter((name) => !now.has(name));
  const changed = [...now].filter(([name, hash]) => old.has(name) && old.get(name) !== hash);
  return { added: added.sort(), changed: changed.map(([name]) => name).sort(), removed: removed.sort() };
}

/** Settings that an engine and its server take in once, as they begin. */
export function settingsToRestart(before: Program, after: Program): readonly string[] {
  const differing = (old: object, now: object): string[] => {
    const [was, is] = [Object.entries(old), new Map(Object.entries(now))];
    const names = new Set([...was.map(([name]) => name), ...is.keys()]);
    const olds = new Map(was);
    return [...names].filter((name) => textOf(olds.get(name)) !== textOf(is.get(name)));
  };
  const [old, now] = [before.settings, after.settings];
  return [
    ...differing(old.store, now.store).map((name) => `store.${name}`),
    ...differing(old.durable, now.durable).map((name) => `durable.${name}`),
    ...differing(old.server, now.server).map((name) => `server.${name}`),
    ...differing({ plugins: old.plugins }, { plugins: now.plugins }),
    // What is sent is decided at the start; what is served of it is not.
    ...differing(old.telemetry, now.telemetry)
      .filter(
        (name) => name !== 'metrics' || old.telemetry.otlp !== undefined || now.telemetry.otlp !== undefined,
      )
      .map((name) => `telemetry.${name}`),
  ].sort();
}

function textOf(value: unknown): string {
  return value === undefined ? '' : stableText(value);
}

/** The specs of a Program by kind and name, with what is said in each. */
function specsOf(program: Program): ReadonlyMap<string, string> {
  const { agents, delegates, workflows, tools, skills, roles, sandboxes, channels, schedules } = program;
  const profiles = Object.fromEntries(
    Object.entries(delegates).filter(
      ([name, { kind }]) => kind === 'profile' && !Object.hasOwn(agents, name),
    ),
  );
  const kinds: Readonly<Record<string, Readonly<Record<string, { readonly hash: string }>>>> = {
    agent: agents,
    profile: profiles,
    workflow: workflows,
    tool: tools,
    skill: skills,
    role: roles,
    sandbox: sandboxes,
    channel: channels,
    schedule: schedules,
  };
  return new Map(
    Object.entries(kinds).flatMap(([kind, all]) =>
      Object.entries(all).map(([name, { hash }]) => [`${kind} ${name}`, hash] as const),
    ),
  );
}
